"""GET /metrics: numbers that follow what happens, and name nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from fanzha.engine.session import EngineError, Session, handles_dropped
from fanzha.web.metrics import Sampler
from tests.web.conftest import Caller

Json = dict[str, Any]
Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]
CHECKED = {"domain": "telecom", "check_type": "phone_card_registration", "kept": "yes"}


def read(client: FlaskClient) -> Numbers:
    answer = client.get("/metrics", buffered=True)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@dataclass
class Watch:
    """What a number has grown by: the process counts for all tests."""

    client: FlaskClient
    before: Numbers

    def grown(self, name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return read(self.client).get(key, 0) - self.before.get(key, 0)


@pytest.fixture
def watch(client: FlaskClient) -> Watch:
    return Watch(client, read(client))


def test_checks_are_counted_by_type_and_outcome(
    operator: Caller, check: Json, watch: Watch
) -> None:
    for _ in range(3):
        operator.post(check, buffered=True)
    operator.post({**check, "record": False}, buffered=True)
    operator.post({**check, "domain": "astrology"}, buffered=True)
    assert watch.grown("fanzha_checks_total", outcome="compliant", **CHECKED) == 3
    unkept = {**CHECKED, "kept": "no"}
    assert watch.grown("fanzha_checks_total", outcome="compliant", **unkept) == 1


def test_violations_are_counted_by_obligation(operator: Caller, check: Json, watch: Watch) -> None:
    facts = {**check["facts"], "phone_cards_held": 5}
    answer = operator.post({**check, "facts": facts}, buffered=True).get_json()
    violated = [each["id"] for each in answer["obligations"] if each["status"] == "violated"]
    assert violated
    for obligation in violated:
        assert watch.grown("fanzha_obligations_violated_total", obligation=obligation) == 1


def test_answers_are_counted_by_address_and_status(
    operator: Caller, client: FlaskClient, watch: Watch
) -> None:
    operator.post(b"{", buffered=True)
    client.get("/v1/whatever-anyone-writes", buffered=True)
    client.open("/healthz", method="INVENTED", buffered=True)
    name = "fanzha_http_request_seconds_count"
    assert watch.grown(name, method="POST", rule="/v1/checks", status="400") == 1
    assert watch.grown(name, method="GET", rule="-", status="404") == 1
    assert watch.grown(name, method="-", rule="-", status="405") == 1


def test_no_number_names_an_institution_or_a_fact(operator: Caller, check: Json) -> None:
    operator.post({**check, "reference": "REF-4711"}, buffered=True)
    text = operator.client.get("/metrics", buffered=True).text
    for unwanted in ("telecom-001", "REF-4711", *check["facts"], operator.key):
        assert unwanted not in text


class _Queue:
    waiting = 3
    commits = 0


def test_what_no_request_tells_is_sampled(watch: Watch) -> None:
    queue = _Queue()
    sampler = Sampler(queue, seconds=0.01)
    sampler.start()
    queue.commits = 7
    with pytest.raises(EngineError):
        Session({"a": {"all": "no rule"}}).fire({})
    sampler.stop()
    assert watch.grown("fanzha_writer_commits_total") == 7
    assert watch.grown("fanzha_engine_handles_dropped_total") == 1
    assert read(watch.client)[("fanzha_writer_waiting", frozenset())] == 3
    assert handles_dropped() > 0
