"""Sends one request again and again over kept connections and tells how long answers took."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a run; latencies in milliseconds."""

    requests_per_second: float
    median: float
    p99: float


def run(
    port: int,
    path: str,
    headers: dict[str, str],
    body: bytes,
    seconds: float,
    *,
    has_keys: bool = False,
) -> Load:
    """Post `body` from several connections at once for so long; any answer but 200 is an error.

    With `has_keys` each request carries an Idempotency-Key that none had before.
    """
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", ""]
    head = "\r\n".join(lines).encode()

    def requests() -> Iterator[bytes]:
        while True:
            key = f"Idempotency-Key: {uuid.uuid4()}\r\n".encode() if has_keys else b""
            yield head + key + b"\r\n" + body

    latencies: list[float] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_send, args=(port, requests(), until, latencies))
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


def _send(port: int, requests: Iterator[bytes], until: float, latencies: list[float]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for request in requests:
            if time.monotonic() >= until:
                return
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
