"""Stored checks over HTTP beside a bare echo: same server, same settings, same load, one run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.check import EXAMPLES, bank_transaction
from benchmarks.database import DATABASES
from benchmarks.load import Load, run
from fanzha.cli.institution_file import read_institutions
from fanzha.records import open_records
from fanzha.settings import Settings

ROUNDS = 5
SECONDS = 4.0
WARM_UP_SECONDS = 2.0
CHECKS = "/v1/checks"
UNLIMITED = "1000000/minute"
"""Permits are counted and never run out."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of posting the bank transaction."""

    name: str
    database: str
    body: bytes
    rate: str = ""
    has_keys: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What one way of posting came to, and the echo that ran right before it."""

    name: str
    load: Load
    echo: Load

    @property
    def ratio(self) -> float:
        """How many requests were answered for each of the echo's."""
        return self.load.requests_per_second / self.echo.requests_per_second


def compare(processes: int) -> Iterator[Row]:
    """Measure each way of posting on a server of so many processes; of several rounds the median.

    `everything on` is what can be turned on: a key of its own on each request (Idempotency-Key)
    and a counted rate, beside what always is: the chain, signed heads, digests, log and metrics.
    """
    stored = bank_transaction()
    judged = orjson.dumps({**orjson.loads(stored), "record": False})
    ways = [
        Way("judged, not stored", "SQLite", judged),
        Way("stored, SQLite", "SQLite", stored),
        Way("everything on, SQLite", "SQLite", stored, UNLIMITED, has_keys=True),
        Way("everything on, PostgreSQL", "PostgreSQL", stored, UNLIMITED, has_keys=True),
    ]
    for way in ways:
        with (
            tempfile.TemporaryDirectory(prefix="fanzha-") as folder,
            DATABASES[way.database](Path(folder)) as url,
        ):
            rounds = [_round(way, url, Path(folder), processes) for _ in range(ROUNDS)]
        yield sorted(rounds, key=lambda each: each.ratio)[ROUNDS // 2]


def _round(way: Way, database_url: str, folder: Path, processes: int) -> Row:
    # New servers each time: which process takes how many of the connections is chance.
    with _serving("benchmarks.echo:app", {"WEB_CONCURRENCY": str(processes)}) as port:
        echo = _measure(port, {}, way.body, has_keys=False)
    environment = {
        "FANZHA_DATABASE_URL": database_url,
        "FANZHA_SECRET_KEY_FILE": str(folder / "secret.key"),
        "WEB_CONCURRENCY": str(processes),
        **({"FANZHA_RATE_LIMIT": way.rate} if way.rate else {}),
    }
    headers = {"Authorization": f"Bearer {_prepare(environment)}"}
    with _serving("fanzha.wsgi:create()", environment) as port:
        load = _measure(port, headers, way.body, has_keys=way.has_keys)
    return Row(way.name, load, echo)


def _measure(port: int, headers: dict[str, str], body: bytes, *, has_keys: bool) -> Load:
    run(port, CHECKS, headers, body, WARM_UP_SECONDS, has_keys=has_keys)
    return run(port, CHECKS, headers, body, SECONDS, has_keys=has_keys)


def _prepare(environment: dict[str, str]) -> str:
    settings = Settings.from_environment(environment)
    records = open_records(settings)
    try:
        records.institutions.put(read_institutions(EXAMPLES / "institutions.yaml")["bank-001"])
        return records.keys.create("bank-001", "benchmark")
    finally:
        records.close()


@contextmanager
def _serving(application: str, environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:fanzha.gunicorn_conf"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", application]
    repository = Path(__file__).resolve().parent.parent
    with open(os.devnull, "wb") as nowhere:
        # Lines are written as always; where to is not measured.
        server = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=repository, stderr=nowhere
        )
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(2)
            return
    raise RuntimeError("the server did not come up")
