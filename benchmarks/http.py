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
from pathlib import Path

from benchmarks.check import EXAMPLES, bank_transaction
from benchmarks.load import Load, run
from fanzha.cli.institution_file import read_institutions
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings

SECONDS = 8.0
WARM_UP_SECONDS = 2.0


def compare() -> tuple[Load, Load]:
    """Return the load that the echo took and that the service took, checks stored."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "FANZHA_DATABASE_URL": f"sqlite:///{folder}/fanzha.db",
            "FANZHA_SECRET_KEY_FILE": f"{folder}/secret.key",
        }
        key = _prepare(environment)
        with _serving("benchmarks.echo:app", {}) as echo_port:
            echo = _measure(echo_port, {})
        with _serving("fanzha.wsgi:create()", environment) as port:
            ours = _measure(port, {"Authorization": f"Bearer {key}"})
    return echo, ours


def _prepare(environment: dict[str, str]) -> str:
    settings = Settings.from_environment(environment)
    upgrade(settings.database_url)
    records = open_records(settings)
    try:
        records.institutions.put(read_institutions(EXAMPLES / "institutions.yaml")["bank-001"])
        return records.keys.create("bank-001", "benchmark")
    finally:
        records.close()


def _measure(port: int, headers: dict[str, str]) -> Load:
    body = bank_transaction()
    run(port, "/v1/checks", headers, body, WARM_UP_SECONDS)
    return run(port, "/v1/checks", headers, body, SECONDS)


@contextmanager
def _serving(application: str, environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:fanzha.gunicorn_conf"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", application]
    repository = Path(__file__).resolve().parent.parent
    server = subprocess.Popen(command, env={**os.environ, **environment}, cwd=repository)
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
