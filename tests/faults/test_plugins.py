"""A stranger's plugin that raises, exits, returns rubbish or hangs spoils its own checks only."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.load import Load
from tests.faults.service import Service, read_store, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

FAULTY = '''\
"""Does what the number that it is given says."""

import time


def id_number_valid(number):
    if number == "raise":
        raise RuntimeError(number)
    if number == "exit":
        raise SystemExit(1)
    if number == "rubbish":
        return {"no": object()}
    if number == "hang":
        time.sleep(3600)
    return True
'''
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
def service(tmp_path: Path) -> Iterator[Service]:
    """A service with a plugin made from the template, whose one function is faulty."""
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
    environ = {
        "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]),
        "FANZHA_PLUGINS": "telecom,strange",
        "FANZHA_PLUGIN_SECONDS": "0.5",
    }
    url = f"sqlite:///{tmp_path / 'var' / 'fanzha.db'}"
    with running(url, tmp_path, environ, institution="bank-001") as started:
        yield started


def _post(service: Service, number: str) -> dict[str, Any]:
    body = {**SOUND, "facts": {**SOUND["facts"], "strange_applicant_id_number": number}}
    headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
        connection.request("POST", "/v1/checks", json.dumps(body), headers)
        answer = connection.getresponse()
        assert answer.status == 200
        decision: dict[str, Any] = json.loads(answer.read())
        return decision


def _statuses(decision: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["status"] for each in decision["obligations"]}


def test_its_checks_are_answered_with_error_and_others_are_judged(
    service: Service, load_on: Callable[..., Load], tell: Callable[[str], None]
) -> None:
    load = load_on(service, SOUND, kept=False)
    workers = service.workers()
    faulty, other = "cn.strange_sample_rules.i1.1", "cn.strange_sample_rules.i2.1"
    for number in ("raise", "exit", "rubbish"):
        statuses = _statuses(_post(service, number))
        assert statuses == {faulty: "error", other: "fulfilled"}, number
    assert service.workers() == workers
    # The function cannot be stopped, so the process that it hangs in is replaced, in order.
    assert _statuses(_post(service, "hang")) == {faulty: "error", other: "fulfilled"}
    service.wait_for(lambda: service.workers() != workers, "the process was not replaced")
    service.wait_until_ready()
    told = load.answers(200)
    service.wait_for(lambda: load.answers(200) > told + 10, "it does not go on")
    tally = load.stop()
    lost = tally.acknowledged.keys() - read_store(service.database_url).references.keys()
    tell(
        f"posted {tally.posted}, acknowledged {len(tally.acknowledged)}, faults 4, "
        f"cut off {tally.broken}, lost {len(lost)}"
    )
    assert lost == set()
    assert set(tally.statuses) == {200}
    assert tally.broken == tally.refused == 0
    assert _statuses(_post(service, "sound")) == {faulty: "fulfilled", other: "fulfilled"}
