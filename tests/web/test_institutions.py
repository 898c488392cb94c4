"""`/v1/institutions/{id}`: the registry and the profile, each with the right key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from fanzha.cli.demonstration import examples_folder
from fanzha.cli.institution_file import read_profile
from fanzha.records import Records
from tests.web.conftest import Caller
from tests.web.places import assert_problem

Json = dict[str, Any]

BANK = "/v1/institutions/bank-001"
PROFILE = f"{BANK}/profile"
DAY = "?as_of=2026-03-02"
ENTRY: Json = {
    "name": {"zh": "示范银行", "en": "Example Bank"},
    "roles": ["bank"],
    "licensed_from": "2005-06-01",
    "licensed_until": "2030-12-31",
    "supervisor": "pbc",
}
LEAD: Json = {
    "fact": "fraud_risk_lead_named",
    "value": True,
    "assessor": "合规部",
    "assessed_at": "2026-02-01",
    "evidence": "HG-1",
    "valid_until": "2026-12-31",
}


@pytest.fixture
def desk(client: FlaskClient, records: Records) -> Caller:
    """Whoever runs the service."""
    return Caller(client, records.keys.create_operator("desk"))


def _put(caller: Caller, path: str, body: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {caller.key}"}
    return caller.client.put(path, data=data, headers=headers, content_type="application/json")


def test_an_operator_registers_and_the_institution_reads_its_own_entry(
    desk: Caller, bank: Caller
) -> None:
    answered = _put(desk, BANK, ENTRY)
    assert answered.status_code == 200
    found = bank.get(BANK).get_json()
    assert found == answered.get_json() == desk.get(BANK).get_json()
    assert found == {
        **ENTRY,
        "id": "bank-001",
        "roles": [
            {
                "role": "bank",
                "title": {"zh": "银行业金融机构", "en": "Banking financial institution"},
            }
        ],
    }


def test_a_new_institution_is_registered_under_the_id_of_the_address(desk: Caller) -> None:
    _put(desk, "/v1/institutions/银行-009", {"name": ENTRY["name"], "roles": ["bank"]})
    found = desk.get("/v1/institutions/银行-009").get_json()
    assert (found["id"], found["licensed_from"], found["supervisor"]) == ("银行-009", None, None)


def test_an_institution_registers_nobody(bank: Caller) -> None:
    assert_problem(_put(bank, BANK, ENTRY), 403, "key_kind_wrong")


@pytest.mark.parametrize("path", [BANK, PROFILE])
def test_another_institutions_key_reads_and_attests_nothing(operator: Caller, path: str) -> None:
    assert_problem(operator.get(path), 403, "institution_wrong")
    if path == PROFILE:
        assert_problem(_put(operator, path, {"attestations": [LEAD]}), 403, "institution_wrong")


@pytest.mark.parametrize("path", [BANK, PROFILE])
def test_without_a_key_nothing_is_answered(client: FlaskClient, path: str) -> None:
    assert_problem(client.get(path), 401, "key_invalid")
    assert_problem(client.put(path, data=b"{}"), 401, "key_invalid")


def test_what_is_not_registered_is_not_found(desk: Caller) -> None:
    assert_problem(desk.get("/v1/institutions/nobody"), 404, "not_found")
    assert_problem(desk.get("/v1/institutions/nobody/profile"), 404, "not_found")
    answer = _put(desk, "/v1/institutions/nobody/profile", {"attestations": [LEAD]})
    assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("changed", "code", "told"),
    [
        ({"roles": ["banc"]}, "role_unknown", "`bank`"),
        ({"roles": ["bank", "public_security"]}, "role_of_authority", "authorities"),
        ({"roles": []}, "institution_invalid", "roles"),
        ({"name": {"zh": "银行"}}, "institution_invalid", "name.en"),
        ({"name": "Bank"}, "institution_invalid", "name"),
        ({"licence": "x"}, "institution_invalid", "licence"),
        ({"licensed_from": "2005"}, "institution_invalid", "licensed_from"),
        ({"licensed_until": "2005-05-31"}, "date_invalid", "licensed_until"),
    ],
)
def test_an_entry_that_cannot_be_registered_is_refused(
    desk: Caller, changed: Json, code: str, told: str
) -> None:
    assert told in assert_problem(_put(desk, BANK, {**ENTRY, **changed}), 422, code)["detail"]


def test_an_id_that_no_address_can_carry_is_refused(desk: Caller) -> None:
    assert_problem(_put(desk, "/v1/institutions/a%20b", ENTRY), 422, "institution_invalid")


def test_a_profile_is_attested_with_the_institutions_own_key(bank: Caller) -> None:
    answered = _put(bank, PROFILE, {"attestations": [LEAD]})
    assert answered.status_code == 200
    found = bank.get(PROFILE + DAY).get_json()
    [attested] = found["attestations"]
    assert attested["title"]["zh"]
    assert {name: attested[name] for name in LEAD} == LEAD
    assert (attested["basis"], attested["valid"]) == (None, True)
    assert found["report"]["as_of"] == "2026-03-02"
    assert LEAD["fact"] not in {each["fact"] for each in found["report"]["never_attested"]}


def test_an_operator_attests_the_whole_example_profile(desk: Caller, bank: Caller) -> None:
    body = read_profile(examples_folder() / "profiles/bank-001.yaml")
    assert _put(desk, PROFILE, body).status_code == 200
    [duties] = bank.get(PROFILE + DAY).get_json()["report"]["check_types"]
    assert duties["outcome"] == "compliant"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fact": "fraud_risk_lead_namd"}, "fact_unknown"),
        ({"fact": "payment_processed"}, "fact_not_attestable"),
        ({"value": 1}, "fact_wrong_type"),
        ({"assessor": ""}, "attestation_invalid"),
        ({"valid_until": "2026-01-01"}, "date_invalid"),
    ],
)
def test_an_attestation_that_cannot_be_taken_is_refused(
    bank: Caller, changed: Json, code: str
) -> None:
    assert_problem(_put(bank, PROFILE, {"attestations": [{**LEAD, **changed}]}), 422, code)


@pytest.mark.parametrize(("path", "code"), [(PROFILE, 400), (BANK, 400)])
def test_a_query_that_is_not_known_is_refused(bank: Caller, path: str, code: int) -> None:
    assert_problem(bank.get(f"{path}?asof=2026-03-02"), code, "query_invalid")


def test_an_operators_key_posts_no_checks(desk: Caller, check: Json) -> None:
    assert_problem(desk.post(check), 403, "key_kind_wrong")


def test_the_schema_of_a_judgment_is_its_value_with_who_judged_it(client: FlaskClient) -> None:
    found = client.get("/v1/check-types/telecom/call_and_line").get_json()["facts"]["properties"]
    judgment = found["caller_number_transmission_regulated"]
    assert judgment["x-judgment"] is True
    assert judgment["required"] == ["value", "assessed_by", "assessed_at"]
    assert judgment["properties"]["value"] == {"type": ["boolean", "null"]}
    assert judgment["additionalProperties"] is False
    assert found["call_delivered"]["type"] == ["boolean", "null"]
