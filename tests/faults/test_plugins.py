"""A stranger's plugin that raises, exits, returns rubbish or hangs spoils its own checks only."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.load import CLIENTS, Load, Tally
from tests.faults.service import WORKERS, Service, read_store, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

FAULTY = '''\
"""Does what the number that it is given says."""

import re
import time


def id_number_valid(number):
    if number == "raise":
        raise RuntimeError(number)
    if number == "interrupt":
        raise KeyboardInterrupt
    if number == "exit":
        raise SystemExit(1)
    if number == "rubbish":
        return {"no": object()}
    if number == "hang":
        time.sleep(3600)
    if number.startswith("aaaa"):
        re.match("(a+)+$", number)
    return True
'''
# Takes longer than anyone lives, in C, and lets no other thread of its process run meanwhile.
BACKTRACKS = "a" * 64 + "!"
FAULTY_DUTY, OTHER_DUTY = "cn.strange_sample_rules.i1.1", "cn.strange_sample_rules.i2.1"
SOUND: dict[str, Any] = {
    "domain": "strange",
    "check_type": "application",
    "stage": "done",
    "institution": "bank-001",
    "occurred_at": "2026-03-02T10:15:00+08:00",
    "facts": {
        "strange_application_approved": True,
        "strange_amount_fen": 100,
        "strange_document_check_result": "match",
        "strange_applicant_id_number": "sound",
    },
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a plugin made from the template, whose one function is faulty."""
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "fanzha", "plugins", "new", "strange", "--standalone", str(site)],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    (site / "fanzha_strange/derived.py").write_text(FAULTY)
    metadata = site / "fanzha_strange-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: fanzha-strange\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[fanzha]\nstrange = fanzha_strange\n")
    return site


@pytest.fixture
def service(request: pytest.FixtureRequest, site: Path, tmp_path: Path) -> Iterator[Service]:
    """A service with that plugin; a test gives further variables and arguments by `serve_with`."""
    variables, arguments = getattr(request, "param", ({}, ()))
    environ = {
        "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]),
        "FANZHA_PLUGINS": "telecom,strange",
        "FANZHA_PLUGIN_SECONDS": "0.5",
        **variables,
    }
    url = f"sqlite:///{tmp_path / 'var' / 'fanzha.db'}"
    with running(url, tmp_path, environ, institution="bank-001", arguments=arguments) as started:
        yield started


def serve_with(*arguments: str, **variables: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "service", [(variables, arguments)], indirect=True, ids=[" ".join(arguments)]
    )


def _check(number: str) -> dict[str, Any]:
    return {**SOUND, "facts": {**SOUND["facts"], "strange_applicant_id_number": number}}


def _ask(service: Service, number: str) -> tuple[int, bytes]:
    """Post a check with this number; return status and answer, or 0 if the connection is cut."""
    body = _check(number)
    headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=90)) as connection:
        try:
            connection.request("POST", "/v1/checks", json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (ConnectionError, http.client.HTTPException):
            return 0, b""


def _statuses(service: Service, number: str) -> dict[str, str]:
    status, content = _ask(service, number)
    assert status == 200, content
    return {each["id"]: each["status"] for each in json.loads(content)["obligations"]}


class Asking:
    """A client that posts a number and waits, while the test goes on."""

    def __init__(self, service: Service, number: str) -> None:
        self.answered: list[int] = []
        self._client = threading.Thread(
            target=lambda: self.answered.append(_ask(service, number)[0]), daemon=True
        )
        self._client.start()

    def wait(self) -> list[int]:
        """Return the status, once the connection is answered or cut."""
        self._client.join()
        return self.answered


def _assert_it_goes_on(service: Service, load: Load) -> None:
    told = load.answers(200)
    service.wait_for(lambda: load.answers(200) > told + 10, "it does not go on")


def _assert_nothing_lost(
    service: Service, load: Load, tell: Callable[[str], None], faults: int
) -> Tally:
    tally = load.stop()
    lost = tally.acknowledged.keys() - read_store(service.database_url).references.keys()
    tell(
        f"posted {tally.posted}, acknowledged {len(tally.acknowledged)}, faults {faults}, "
        f"cut off {tally.broken}, lost {len(lost)}"
    )
    assert lost == set()
    assert set(tally.statuses) == {200}
    log = service.log.read_text()
    # The number is a personal fact: it is nowhere, whatever became of its check.
    assert BACKTRACKS not in log
    return tally


def test_its_checks_are_answered_with_error_and_others_are_judged(
    service: Service, load_on: Callable[..., Load], tell: Callable[[str], None]
) -> None:
    load = load_on(service, SOUND, kept=False)
    workers = service.workers()
    spoilt = {FAULTY_DUTY: "error", OTHER_DUTY: "fulfilled"}
    for number in ("raise", "exit", "interrupt", "rubbish"):
        assert _statuses(service, number) == spoilt, number
    assert service.workers() == workers
    # The function cannot be stopped, so the process that it hangs in is replaced, in order.
    began = time.monotonic()
    assert _statuses(service, "hang") == spoilt
    assert time.monotonic() - began < 5
    service.wait_for(lambda: service.workers() != workers, "the process was not replaced")
    service.wait_until_ready()
    assert len({*workers} & {*service.workers()}) == 1
    _assert_it_goes_on(service, load)
    tally = _assert_nothing_lost(service, load, tell, 5)
    assert tally.broken == tally.refused == 0
    assert _statuses(service, "sound") == {FAULTY_DUTY: "fulfilled", OTHER_DUTY: "fulfilled"}


@serve_with("--timeout", "8")
def test_one_that_lets_no_other_thread_run_costs_its_process_and_the_other_goes_on(
    service: Service, load_on: Callable[..., Load], tell: Callable[[str], None]
) -> None:
    workers = service.workers()
    # Nothing in its process can answer any more: the parent sees that it is silent. No load
    # meanwhile: a process that stops in the midst of a commit has all others wait for its turn.
    asking = Asking(service, BACKTRACKS)
    time.sleep(1)
    for _ in range(5):
        assert _statuses(service, "sound") == {FAULTY_DUTY: "fulfilled", OTHER_DUTY: "fulfilled"}
    assert asking.answered == []
    assert asking.wait() == [0]
    service.wait_until_ready()
    assert len({*workers} & {*service.workers()}) == 1
    assert len(read_store(service.database_url).references) == 5
    _assert_nothing_lost(service, load_on(service, SOUND, kept=False), tell, 1)
    # Whoever runs the service is told where it hung.
    assert "derived.py" in service.log.read_text()
    assert "in id_number_valid" in service.log.read_text()


# A function may take so long here that the check itself is what is far over its time.
SLOW_FUNCTIONS = {"FANZHA_PLUGIN_SECONDS": "60", "FANZHA_CHECK_SECONDS": "0.5"}


@serve_with("--graceful-timeout", "3", **SLOW_FUNCTIONS)
def test_a_check_that_hangs_has_its_process_replaced_while_others_go_on(
    service: Service, load_on: Callable[..., Load], tell: Callable[[str], None]
) -> None:
    load = load_on(service, SOUND, kept=False)
    workers = service.workers()
    began = time.monotonic()
    asking = Asking(service, "hang")
    service.wait_for(lambda: service.workers() != workers, "the process was not replaced")
    _assert_it_goes_on(service, load)
    service.wait_until_ready()
    assert time.monotonic() - began < 40
    # It has no verdict, and nothing of it is kept.
    assert asking.wait() == [0]
    assert len({*workers} & {*service.workers()}) == 1
    tally = _assert_nothing_lost(service, load, tell, 1)
    assert tally.broken == tally.refused == 0
    assert len(read_store(service.database_url).references) == len(tally.acknowledged)


@serve_with("--graceful-timeout", "3", FANZHA_THREADS="2", **SLOW_FUNCTIONS)
def test_processes_all_of_whose_threads_hang_are_replaced(service: Service) -> None:
    workers = service.workers()
    # More than there are threads, in one process and then the other: nobody is left who could
    # answer anything.
    load = Load(service.port, service.key, _check("hang"), kept=False).start()
    service.wait_for(
        lambda: len(service.workers()) == WORKERS and not {*workers} & {*service.workers()},
        "the processes were not replaced",
    )
    tally = load.stop()
    service.wait_until_ready()
    assert tally.broken > CLIENTS
    assert tally.statuses.total() == 0
    assert _statuses(service, "sound") == {FAULTY_DUTY: "fulfilled", OTHER_DUTY: "fulfilled"}
    assert len(read_store(service.database_url).references) == 1
