"""Sends one request again and again over several connections and tells how long answers took.

One thread over all connections: it shares the machine with what it measures, so it takes as little
of it as it can.
"""

from __future__ import annotations

import selectors
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

CONNECTIONS = 8
REQUESTS_A_CONNECTION = 50
"""Then a client connects anew, as a pool does: how many clients each process has is not decided
once for a whole run."""
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


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

    def request() -> bytes:
        key = f"Idempotency-Key: {uuid.uuid4()}\r\n".encode() if has_keys else b""
        return head + key + b"\r\n" + body

    latencies: list[float] = []
    started = time.perf_counter()
    until = started + seconds
    with ExitStack() as open_sockets, selectors.DefaultSelector() as ready:
        for _ in range(CONNECTIONS):
            client = _Client(port, request)
            open_sockets.callback(client.close)
            ready.register(client.connection, selectors.EVENT_READ, client)
            client.send()
        left = CONNECTIONS
        while left:
            for key, _ in ready.select():
                client = key.data
                if not client.receive():
                    continue
                now = time.perf_counter()
                latencies.append(now - client.sent_at)
                if now < until:
                    if client.sent == REQUESTS_A_CONNECTION:
                        ready.unregister(client.connection)
                        client.close()
                        client.connect()
                        ready.register(client.connection, selectors.EVENT_READ, client)
                    client.send()
                else:
                    ready.unregister(client.connection)
                    left -= 1
    elapsed = time.perf_counter() - started
    latencies.sort()
    return Load(
        len(latencies) / elapsed,
        latencies[len(latencies) // 2] * 1000,
        latencies[int(len(latencies) * 0.99)] * 1000,
    )


class _Client:
    """Sends a request after the answer to the one before."""

    def __init__(self, port: int, request: Callable[[], bytes]) -> None:
        self._port = port
        self._request = request
        self.connect()

    def connect(self) -> None:
        """Open a connection."""
        self.connection = socket.create_connection(("127.0.0.1", self._port))
        self.sent = 0
        self.sent_at = 0.0
        self._received = b""

    def close(self) -> None:
        """Close it."""
        self.connection.close()

    def send(self) -> None:
        """Send a request; it is small enough to go at once."""
        self._received = b""
        self.sent += 1
        self.sent_at = time.perf_counter()
        self.connection.sendall(self._request())

    def receive(self) -> bool:
        """Take what has come; tell whether the answer is whole."""
        data = self.connection.recv(1 << 18)
        if not data:
            raise RuntimeError("the server closed the connection")
        self._received += data
        head, end, content = self._received.partition(_END_OF_HEAD)
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode() + content.decode())
        length = head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0]
        return len(content) >= int(length)
