"""Every address and every query takes the worst names: they are unknown, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from fanzha.records import Records
from tests.web.conftest import Caller
from tests.web.worst_input import INJECTIONS, VALUES

NAMES = (
    *INJECTIONS, "..", ".", "%", "%2e%2e", "%00", "\0", "con", "C:\\x", "~root", "a/../../b",
    "file:///etc/passwd", "//host/share", "*", "?", "#", ";", "a" * 5000, "电" * 3000, "\u202e",
    "\ud7ff\ue000", "cn.atofl.a10.p1.1'", "0", "-1", "1e400", "null", "__class__", "{0.__class__}",
)  # fmt: skip
QUERIES = ("institution", "cursor", "limit", "outcome", "from", "to", "as_of", "day", "domain", "x")
REGISTRATION: dict[str, Any] = {
    "name": {"zh": "示例", "en": "Sample"},
    "roles": ["bank"],
    "licensed_from": "2010-05-01",
}


@pytest.fixture
def master(operator: Caller, records: Records) -> Caller:
    """A caller with a key of whoever runs the service: nothing is refused for want of a key."""
    return Caller(operator.client, records.keys.create_operator("test"))


def _rules(app: Flask, method: str) -> list[str]:
    return sorted(rule.rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()))


def _assert_told(answer: Any, what: str) -> None:
    assert answer.status_code < 500, f"{what}: {answer.text[:300]}"
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", what
        assert len(answer.data) < 64 * 1024, what


def test_no_word_of_an_address_is_more_than_a_name(app: Flask, master: Caller) -> None:
    rules = [rule for rule in _rules(app, "GET") if "<" in rule]
    assert len(rules) > 5
    for rule in rules:
        for name in NAMES:
            address = re.sub(r"<[^>]+>", quote(name, safe=""), rule)
            with master.get(address) as answer:
                _assert_told(answer, address[:200])
                assert b"root:" not in answer.data


def test_no_value_of_a_query_is_more_than_a_value(app: Flask, master: Caller) -> None:
    for rule in _rules(app, "GET"):
        address = re.sub(r"<[^>]+>", "telecom-001", rule)
        for query in QUERIES:
            for name in NAMES[::3]:
                with master.get(f"{address}?{query}={quote(name, safe='')}") as answer:
                    _assert_told(answer, f"{address}?{query}={name[:50]!r}")


def _registrations() -> Iterator[dict[str, Any]]:
    for field in (*REGISTRATION, "licensed_until", "supervisor", "id", "x"):
        for value in (*VALUES, *INJECTIONS):
            yield {**REGISTRATION, field: value}
    for language in ("zh", "en", "fr"):
        for value in (*VALUES, *INJECTIONS):
            yield {**REGISTRATION, "name": {**REGISTRATION["name"], language: value}}


def test_a_registration_that_is_refused_registers_nobody(master: Caller) -> None:
    headers = {"Authorization": f"Bearer {master.key}", "Content-Type": "application/json"}
    for number, body in enumerate(_registrations()):
        address = f"/v1/institutions/new-{number}"
        with master.client.put(address, data=json.dumps(body), headers=headers) as answer:
            _assert_told(answer, json.dumps(body)[:200])
        with master.get(address) as found:
            assert (found.status_code == 200) is (answer.status_code < 300), body


def test_an_attestation_of_rubbish_attests_nothing(master: Caller) -> None:
    headers = {"Authorization": f"Bearer {master.key}", "Content-Type": "application/json"}
    address = "/v1/institutions/bank-001/profile"
    before = master.get(address).get_json()["attestations"]
    for value in (*VALUES, *INJECTIONS):
        for body in (value, {"attestations": value}, {"attestations": [value]}):
            with master.client.put(address, data=json.dumps(body), headers=headers) as answer:
                _assert_told(answer, json.dumps(body)[:200])
                assert answer.status_code >= 400 or value == []
    assert master.get(address).get_json()["attestations"] == before
