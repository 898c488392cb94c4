"""Sends one request again and again over kept connections and tells how long answers took."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a run; latencies in milliseconds."""

    requests_per_second: float
    median: float
    p99: float


def run(port: int, path: str, headers: dict[str, str], body: bytes, seconds: float) -> Load:
    """Post `body` from several connections at once for so long; any answer but 200 is an error."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    request = "\r\n".join(lines).encode() + body
    latencies: list[float] = []
    threads = [
        threading.Thread(target=_send, args=(port, request, time.monotonic() + seconds, latencies))
        for _ in range(CONNECTIONS)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - started
    latencies.sort()
    return Load(
        len(latencies) / elapsed,
        latencies[len(latencies) // 2] * 1000,
        latencies[int(len(latencies) * 0.99)] * 1000,
    )


CONNECTIONS = 8


def _send(port: int, request: bytes, until: float, latencies: list[float]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        while time.monotonic() < until:
            started = time.perf_counter()
            connection.sendall(request)
            _receive(connection)
            latencies.append(time.perf_counter() - started)


def _receive(connection: socket.socket) -> None:
    data = connection.recv(65536)
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, rest = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode() + rest.decode())
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    left = length - len(rest)
    while left > 0:
        left -= len(connection.recv(65536))
