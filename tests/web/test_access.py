"""Who may do what: every endpoint with every kind of caller, in one table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fanzha.model.access import KeyHolder, KeyKind, Scope
from fanzha.records import Records
from tests.web.conftest import Caller
from tests.web.places import assert_problem

Json = dict[str, Any]

# Telecom-001, which `miit` supervises, is the one whose things are asked for.
ROLES: dict[str, KeyHolder | None] = {
    "none": None,
    "institution own": KeyHolder(KeyKind.INSTITUTION, "telecom-001"),
    "institution other": KeyHolder(KeyKind.INSTITUTION, "bank-001"),
    "regulator supervising": KeyHolder(KeyKind.REGULATOR, supervisor="miit"),
    "regulator other": KeyHolder(KeyKind.REGULATOR, supervisor="pbc"),
    "auditor": KeyHolder(KeyKind.AUDITOR),
    "operator": KeyHolder(KeyKind.OPERATOR),
}

ENTRY: Json = {
    "name": {"zh": "示范移动通信公司", "en": "Example Mobile"},
    "roles": ["basic_telecom"],
    "supervisor": "miit",
}
OBLIGATION = "cn.atofl.a10.p1.1"
OPEN = (200, 200, 200, 200, 200, 200, 200)
WITH_ANY_KEY = (401, 200, 200, 200, 200, 200, 200)
DECISIONS = (401, 200, 403, 200, 403, 200, 403)
ENTRIES = (401, 200, 403, 200, 403, 200, 200)

# Method and rule -> an address, a body, and the status for each of ROLES.
TABLE: dict[tuple[str, str], tuple[str, Any, tuple[int, ...]]] = {
    ("POST", "/v1/checks"): ("/v1/checks", "check", (401, 200, 403, 403, 403, 403, 403)),
    ("GET", "/v1/decisions"): ("/v1/decisions?institution=telecom-001", None, DECISIONS),
    ("GET", "/v1/decisions/<decision_id>"): (
        "/v1/decisions/{decision}",
        None,
        (401, 200, 404, 200, 404, 200, 403),
    ),
    ("GET", "/v1/decisions/<decision_id>/reads"): (
        "/v1/decisions/{decision}/reads",
        None,
        (401, 200, 404, 200, 404, 200, 403),
    ),
    ("GET", "/v1/audit/heads"): ("/v1/audit/heads", None, (401, 403, 403, 403, 403, 200, 403)),
    ("GET", "/v1/reports"): (
        "/v1/reports?institution=telecom-001&from=2026-01-01&to=2026-01-31",
        None,
        DECISIONS,
    ),
    ("GET", "/v1/institutions/<institution_id>"): (
        "/v1/institutions/telecom-001",
        None,
        ENTRIES,
    ),
    ("PUT", "/v1/institutions/<institution_id>"): (
        "/v1/institutions/telecom-001",
        ENTRY,
        (401, 403, 403, 403, 403, 403, 200),
    ),
    ("GET", "/v1/institutions/<institution_id>/profile"): (
        "/v1/institutions/telecom-001/profile",
        None,
        ENTRIES,
    ),
    ("PUT", "/v1/institutions/<institution_id>/profile"): (
        "/v1/institutions/telecom-001/profile",
        "attestations",
        (401, 200, 403, 403, 403, 403, 200),
    ),
    ("POST", "/v1/self-tests"): (
        "/v1/self-tests",
        {"target": "telecom"},
        (401, 202, 202, 403, 403, 403, 202),
    ),
    ("GET", "/v1/self-tests"): ("/v1/self-tests", None, WITH_ANY_KEY),
    ("GET", "/v1/self-tests/<run_id>"): ("/v1/self-tests/{run}", None, WITH_ANY_KEY),
    # The law and the state of the service are everyone's.
    ("GET", "/v1/domains"): ("/v1/domains", None, OPEN),
    ("GET", "/v1/check-types/<domain>/<check_type>"): (
        "/v1/check-types/telecom/phone_card_registration",
        None,
        OPEN,
    ),
    ("GET", "/v1/obligations"): ("/v1/obligations", None, OPEN),
    ("GET", "/v1/obligations/<obligation_id>"): (f"/v1/obligations/{OBLIGATION}", None, OPEN),
    ("GET", "/v1/liabilities"): ("/v1/liabilities", None, OPEN),
    ("GET", "/v1/parameters"): ("/v1/parameters", None, OPEN),
    ("GET", "/v1/coverage"): ("/v1/coverage?law=atofl", None, OPEN),
    ("GET", "/v1/plugins"): ("/v1/plugins", None, OPEN),
    ("GET", "/healthz"): ("/healthz", None, OPEN),
    ("GET", "/readyz"): ("/readyz", None, OPEN),
    ("GET", "/metrics"): ("/metrics", None, OPEN),
    ("GET", "/openapi.json"): ("/openapi.json", None, OPEN),
    ("GET", "/docs"): ("/docs", None, OPEN),
    ("GET", "/docs/errors"): ("/docs/errors", None, OPEN),
}


@pytest.fixture
def key_of(records: Records) -> Callable[[str], str | None]:
    def make(role: str) -> str | None:
        holder = ROLES[role]
        return records.keys.create_for(holder, role) if holder else None

    return make


@pytest.fixture
def call(client: FlaskClient, key_of: Callable[[str], str | None]) -> Callable[..., Any]:
    def send(role: str, method: str, path: str, body: Any = None) -> Any:
        key = key_of(role)
        return client.open(
            path,
            method=method,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            data=json.dumps(body) if body is not None else None,
            content_type="application/json" if body is not None else None,
        )

    return send


def _endpoints(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, rule.rule


def test_the_table_has_every_endpoint_and_every_role(app: Flask) -> None:
    assert set(_endpoints(app)) == TABLE.keys()
    assert all(len(statuses) == len(ROLES) for _, _, statuses in TABLE.values())


@pytest.mark.parametrize("role", ROLES)
def test_every_endpoint_answers_every_role_as_the_table_says(
    role: str, call: Callable[..., Any], check: Json, operator: Caller
) -> None:
    decision = operator.post(check).get_json()["id"]
    run = operator.client.post(
        "/v1/self-tests",
        data=b'{"target": "telecom"}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {operator.key}"},
    ).get_json()["id"]
    bodies = {"check": check, "attestations": {"attestations": [_attestation()]}}
    found = {
        (method, rule): call(
            role,
            method,
            path.format(decision=decision, run=run),
            bodies.get(body, body) if isinstance(body, str) else body,
        ).status_code
        for (method, rule), (path, body, _) in TABLE.items()
    }
    position = list(ROLES).index(role)
    assert found == {each: statuses[position] for each, (_, _, statuses) in TABLE.items()}


def _attestation() -> Json:
    return {
        "fact": "fraud_risk_lead_named",
        "value": True,
        "assessor": "合规部",
        "assessed_at": "2026-02-01",
        "evidence": "HG-1",
        "valid_until": "2026-12-31",
    }


def test_every_post_that_creates_documents_its_idempotency_key(document: Json) -> None:
    for path, operations in document["paths"].items():
        for parameter in [operations["post"]] if "post" in operations else []:
            names = {each["name"] for each in parameter.get("parameters", [])}
            assert "Idempotency-Key" in names, path


def test_a_regulator_lists_those_it_supervises_and_no_others(
    call: Callable[..., Any], check: Json, operator: Caller
) -> None:
    decision = operator.post(check).get_json()["id"]
    supervised = call("regulator supervising", "GET", "/v1/decisions").get_json()["decisions"]
    assert [each["id"] for each in supervised] == [decision]
    assert call("regulator other", "GET", "/v1/decisions").get_json()["decisions"] == []


def test_a_change_of_supervisor_changes_who_sees(
    call: Callable[..., Any], check: Json, operator: Caller
) -> None:
    place = f"/v1/decisions/{operator.post(check).get_json()['id']}"
    moved = {**ENTRY, "supervisor": "pbc"}
    assert call("operator", "PUT", "/v1/institutions/telecom-001", moved).status_code == 200
    assert call("regulator other", "GET", place).status_code == 200
    assert_problem(call("regulator supervising", "GET", place), 404, "not_found")


def test_a_decision_out_of_sight_looks_like_one_that_does_not_exist(
    call: Callable[..., Any], check: Json, operator: Caller
) -> None:
    hidden = operator.post(check).get_json()["id"]
    missing = "0" * 8 + hidden[8:]
    for role in ("institution other", "regulator other"):
        one = call(role, "GET", f"/v1/decisions/{hidden}").get_json()
        other = call(role, "GET", f"/v1/decisions/{missing}").get_json()
        assert one["detail"].replace(hidden, "") == other["detail"].replace(missing, "")


def test_whether_an_institution_is_registered_is_not_told_to_others(
    call: Callable[..., Any],
) -> None:
    for role in ("institution other", "regulator other"):
        for name in ("telecom-001", "nobody"):
            answer = call(role, "GET", f"/v1/institutions/{name}")
            assert_problem(answer, 403, "institution_wrong")
    assert_problem(call("auditor", "GET", "/v1/institutions/nobody"), 404, "not_found")


def test_an_institution_without_supervisor_is_seen_by_no_regulator(
    call: Callable[..., Any], check: Json, operator: Caller
) -> None:
    place = f"/v1/decisions/{operator.post(check).get_json()['id']}"
    entry = {name: value for name, value in ENTRY.items() if name != "supervisor"}
    assert call("operator", "PUT", "/v1/institutions/telecom-001", entry).status_code == 200
    assert_problem(call("regulator supervising", "GET", place), 404, "not_found")


def test_a_narrower_key_does_what_it_names_and_is_told_what_it_lacks(
    client: FlaskClient, records: Records, check: Json
) -> None:
    holder = KeyHolder(KeyKind.INSTITUTION, "telecom-001")
    poster = Caller(client, records.keys.create_for(holder, scopes=[Scope.CHECKS_WRITE]))
    answer = poster.post(check)
    assert answer.status_code == 200
    problem = assert_problem(poster.get(answer.headers["Location"]), 403, "scope_missing")
    assert "decisions:read" in problem["detail"]


def test_the_wrong_kind_of_key_is_told_which_kinds_are_right(call: Callable[..., Any]) -> None:
    problem = assert_problem(call("operator", "GET", "/v1/decisions"), 403, "key_kind_wrong")
    for kind in ("`institution`", "`regulator`", "`auditor`"):
        assert kind in problem["detail"]


def test_a_revoked_key_is_refused(client: FlaskClient, records: Records, check: Json) -> None:
    caller = Caller(client, records.keys.create("telecom-001"))
    assert caller.post(check).status_code == 200
    [kept] = records.keys.list()
    records.keys.revoke(kept.holder.key_id)
    assert_problem(caller.post(check), 401, "key_invalid")
