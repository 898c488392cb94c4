"""The service under its real server, with what a test needs to hurt it and to count afterwards."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from fanzha.cli.institution_file import read_institutions
from fanzha.records import open_records, upgrade
from fanzha.records.database import Database
from fanzha.settings import Settings
from tests.web.places import INSTITUTIONS

WORKERS = 2
PATIENCE_SECONDS = 90.0


@dataclass
class Service:
    """A running gunicorn with two workers."""

    process: subprocess.Popen[bytes]
    port: int
    key: str
    database_url: str
    log: Path

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return sorted(int(each) for each in path.read_text().split())

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def status(self, path: str) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return 0

    def wait_until_ready(self) -> None:
        self.wait_for(
            lambda: len(self.workers()) == WORKERS and self.status("/readyz") == 200,
            "it is not ready",
        )

    def wait_for(self, condition: Callable[[], bool], otherwise: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            assert time.monotonic() < end, f"{otherwise}\n{self.log.read_text()[-4000:]}"
            time.sleep(0.05)


@dataclass(frozen=True)
class Store:
    """What is in the database, read over a connection of its own."""

    references: dict[str, str]
    """By the id of the decision."""
    with_findings: frozenset[str]
    """Decisions that have rows of the obligations which they leave open."""


def read_store(database_url: str) -> Store:
    database = Database(database_url)
    try:
        with database.reading() as connection:
            rows = connection.execute(text("SELECT id, reference FROM decisions")).all()
            found = connection.execute(text("SELECT decision_id FROM decision_obligations"))
            return Store({row[0]: row[1] for row in rows}, frozenset(found.scalars()))
    finally:
        database.dispose()


@contextmanager
def running(
    database_url: str,
    folder: Path,
    environ: dict[str, str],
    *,
    institution: str = "telecom-001",
    arguments: Sequence[str] = (),
) -> Iterator[Service]:
    """Serve with these variables and these further arguments of gunicorn's."""
    environ = {
        "FANZHA_DATABASE_URL": database_url,
        "FANZHA_SECRET_KEY_FILE": str(folder / "secret.key"),
        **environ,
    }
    settings = Settings.from_environment(environ)
    upgrade(database_url)
    records = open_records(settings)
    for each in read_institutions(INSTITUTIONS).values():
        records.institutions.put(each)
    key = records.keys.create(institution, "test")
    records.close()
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:fanzha.gunicorn_conf"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), *arguments),
        "fanzha.wsgi:create()",
    ]
    log = folder / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environ}, stdout=output, stderr=output
        )
    service = Service(process, port, key, database_url, log)
    try:
        service.wait_until_ready()
        yield service
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
