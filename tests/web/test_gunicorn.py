"""The service under its real server: workers that live through the worst, and stop in order."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fanzha.cli.institution_file import read_institutions
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings
from tests.web.places import CLEAN_CHECK, INSTITUTIONS
from tests.web.worst_input import PARTS

Json = dict[str, Any]
CHECK: Json = json.loads(CLEAN_CHECK.read_text(encoding="utf-8"))
WORKERS = 2


@dataclass
class Server:
    """A running gunicorn, and the key of the operator."""

    process: subprocess.Popen[bytes]
    port: int
    key: str
    database: Path
    log: Path

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def post(self, body: bytes, connection: http.client.HTTPConnection) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/checks", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return sorted(int(each) for each in path.read_text().split())

    def stored(self) -> int:
        with closing(sqlite3.connect(self.database)) as connection:
            return int(connection.execute("SELECT count(*) FROM decisions").fetchone()[0])


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    database = tmp_path / "fanzha.db"
    environ = {
        "FANZHA_DATABASE_URL": f"sqlite:///{database}",
        "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
    }
    settings = Settings.from_environment(environ)
    upgrade(settings.database_url)
    records = open_records(settings)
    for institution in read_institutions(INSTITUTIONS).values():
        records.institutions.put(institution)
    key = records.keys.create("telecom-001", "test")
    records.close()
    port, log = free_port(), tmp_path / "log"
    command = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:fanzha.gunicorn_conf"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "fanzha.wsgi:create()"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environ}, stdout=output, stderr=output
        )
    started = Server(process, port, key, database, log)
    try:
        wait_until_ready(started)
        yield started
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(server: Server) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.process.poll() is None, server.log.read_text()
        try:
            with closing(server.connect()) as connection:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200 and len(server.workers()) == WORKERS:
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(server.log.read_text())


def test_the_worst_input_costs_no_worker(server: Server) -> None:
    before = server.workers()
    for name, body in itertools.chain.from_iterable(part(CHECK) for part in PARTS):
        with closing(server.connect()) as connection:
            try:
                status, _ = server.post(body, connection)
            except (BrokenPipeError, ConnectionResetError):
                # A body that is refused by its length is not read; the server may hang up first.
                assert len(body) > 1024 * 1024, name
                continue
        assert 400 <= status < 500, (name, status)
    assert server.workers() == before
    assert server.stored() == 0
    with closing(server.connect()) as connection:
        status, answered = server.post(json.dumps(CHECK).encode(), connection)
    assert (status, json.loads(answered)["outcome"]) == (200, "compliant")


def test_a_chunked_body_over_the_limit_is_refused(server: Server) -> None:
    head = (
        "POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.key}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as connection:
        connection.sendall(head.encode())
        sent = 0
        try:
            while sent < 64 * 1024 * 1024:
                connection.sendall(chunk)
                sent += len(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            answered = connection.recv(4096)
        except ConnectionResetError:
            answered = b"HTTP/1.1 413"
    assert answered.startswith(b"HTTP/1.1 413")
    assert len(server.workers()) == WORKERS


def test_the_rest_of_a_body_that_says_it_is_shorter_is_not_logged(server: Server) -> None:
    body = json.dumps({**CHECK, "reference": "Markedvalue"})
    head = f"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.key}\r\n"
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as connection:
        connection.sendall(f"{head}Content-Length: 10\r\n\r\n{body}\r\n\r\n".encode())
        while connection.recv(65536):
            pass
    log = server.log.read_text()
    assert "a request that cannot be read was refused" in log
    assert "Markedvalue" not in log
    assert "127.0.0.1" not in log.replace(f"http://127.0.0.1:{server.port}", "")


def test_many_checks_over_one_connection_are_all_kept(server: Server) -> None:
    body = json.dumps(CHECK).encode()
    with closing(server.connect()) as connection:
        ids = {json.loads(server.post(body, connection)[1])["id"] for _ in range(20)}
    assert len(ids) == server.stored() == 20


def test_numbers_add_up_over_all_workers_and_outlive_them(server: Server) -> None:
    body = json.dumps(CHECK).encode()
    # A connection each, so that both workers answer some.
    for _ in range(40):
        with closing(server.connect()) as connection:
            assert server.post(body, connection)[0] == 200
    # A request is counted when its answer is out, which can be a moment after it came in here.
    end = time.monotonic() + 20
    while _checks_counted(server) < 40 and time.monotonic() < end:
        time.sleep(0.1)
    assert _checks_counted(server) == 40
    os.kill(server.workers()[0], signal.SIGKILL)
    wait_until_ready(server)
    assert _checks_counted(server) == 40


def _checks_counted(server: Server) -> int:
    with closing(server.connect()) as connection:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    lines = [each for each in text.splitlines() if each.startswith("fanzha_checks_total{")]
    return int(sum(float(each.rpartition(" ")[2]) for each in lines))


def test_every_line_of_the_log_is_a_json_object(server: Server) -> None:
    with closing(server.connect()) as connection:
        status, answered = server.post(json.dumps(CHECK).encode(), connection)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert status == 200
    assert {line.get("logger") for line in lines} == {None, "gunicorn.error"}
    id_ = json.loads(answered)["id"]
    assert [each["rule"] for each in lines if each.get("decision") == id_] == ["/v1/checks"]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY: `0` is out of range"),
        ("FANZHA_THREADS", "1000", "FANZHA_THREADS: `1000` is out of range"),
        ("FANZHA_EDITIONS", "none", "FANZHA_EDITIONS: `none` is not a whole number"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_the_start_with_a_sentence(
    variable: str, value: str, told: str
) -> None:
    command = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:fanzha.gunicorn_conf"),
        *("--bind", f"127.0.0.1:{free_port()}", "fanzha.wsgi:create()"),
    ]
    # One process: when two cannot start at once, gunicorn shows a traceback of its own.
    environment = {**os.environ, "WEB_CONCURRENCY": "1", variable: value}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)
    assert ended.returncode != 0
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_server_that_is_told_to_stop_keeps_what_it_answered_and_ends_well(
    server: Server,
) -> None:
    with closing(server.connect()) as connection:
        status, _ = server.post(json.dumps(CHECK).encode(), connection)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    assert status == 200
    assert server.stored() == 1
    # A database that was closed in order has put its log back into the one file.
    assert not server.database.with_name("fanzha.db-wal").exists()
    assert "Traceback" not in server.log.read_text()
