"""What holds over both processes of a real server: a request's key, and a key that was revoked."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import pytest

from fanzha.records.keys import id_of
from fanzha.records.short_cache import SECONDS
from tests.faults.conftest import CHECK
from tests.faults.service import WORKERS, Service, read_store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROUNDS = 8

Lines = dict[int, list[http.client.HTTPConnection]]


def _holder_of(service: Service, connection: http.client.HTTPConnection) -> int:
    """Return the process that has taken the connection, as the system knows it."""
    own = f":{connection.sock.getsockname()[1]:04X}"
    [inode] = [
        fields[9]
        for fields in map(str.split, Path("/proc/net/tcp").read_text().splitlines())
        if fields[1].endswith(f":{service.port:04X}") and fields[2].endswith(own)
    ]
    [holder] = [
        worker
        for worker in service.workers()
        for file in Path(f"/proc/{worker}/fd").iterdir()
        if file.is_symlink() and os.readlink(file) == f"socket:[{inode}]"
    ]
    return holder


@pytest.fixture
def lines(service: Service) -> Iterator[Lines]:
    """Connections that stay open, two at least to each process."""
    opened: Lines = {worker: [] for worker in service.workers()}
    end = time.monotonic() + 60
    try:
        while min(map(len, opened.values())) < 2:
            assert time.monotonic() < end, "one process takes all connections"
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            opened[_holder_of(service, connection)].append(connection)
        assert len(opened) == WORKERS
        yield opened
    finally:
        for each in chain.from_iterable(opened.values()):
            each.close()


def _post(
    service: Service, connection: http.client.HTTPConnection, key: str | None = None
) -> tuple[int, bytes, bool]:
    """Post the check; return status, answer, and whether it had been given before."""
    headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}
    if key is not None:
        headers["Idempotency-Key"] = key
    connection.request("POST", "/v1/checks", json.dumps(CHECK), headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), "Idempotency-Replayed" in answer.headers


def test_one_key_posted_at_once_to_both_processes_does_the_work_once(
    service: Service, lines: Lines
) -> None:
    connections = [each for of_one in lines.values() for each in of_one[:2]]
    for number in range(ROUNDS):
        begin = threading.Barrier(len(connections))
        answers: list[tuple[int, bytes, bool]] = []

        def post(
            connection: http.client.HTTPConnection,
            key: str = f"round-{number}",
            begin: threading.Barrier = begin,
            answers: list[tuple[int, bytes, bool]] = answers,
        ) -> None:
            begin.wait()
            answers.append(_post(service, connection, key))

        threads = [threading.Thread(target=post, args=(each,)) for each in connections]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert [status for status, _, _ in answers] == [200] * len(connections)
        assert len({content for _, content, _ in answers}) == 1
        assert [is_repeated for _, _, is_repeated in answers].count(False) == 1
    assert len(read_store(service.database_url).references) == ROUNDS


def test_a_key_that_is_revoked_on_the_command_line_ends_in_both_processes(
    service: Service, lines: Lines, tmp_path: Path
) -> None:
    for of_one in lines.values():
        assert _post(service, of_one[0])[0] == 200
    environ = {
        **os.environ,
        "FANZHA_DATABASE_URL": service.database_url,
        "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
    }
    subprocess.run(
        [sys.executable, "-m", "fanzha", "keys", "revoke", id_of(service.key)],
        env=environ,
        check=True,
        capture_output=True,
    )
    revoked = time.monotonic()
    # Asked all the while: what is remembered must not live on by being used.
    while time.monotonic() < revoked + SECONDS:
        for of_one in lines.values():
            assert _post(service, of_one[0])[0] in {200, 401}
    kept = len(read_store(service.database_url).references)
    for of_one in lines.values():
        for connection in of_one:
            assert _post(service, connection)[0] == 401
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)) as another:
        assert _post(service, another)[0] == 401
    assert len(read_store(service.database_url).references) == kept
