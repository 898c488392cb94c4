"""GET /v1/check-types/{domain}/{check_type}: how a check is posted."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

from fanzha.model.value_types import Kind
from fanzha.model.vocabulary import FactKind
from fanzha.usecases.rulebook import Rulebook
from tests.web.places import EXAMPLES, assert_fits, assert_problem

Json = dict[str, Any]
PLACE = "/v1/check-types/telecom/phone_card_registration"
DAY = "2026-03-02"


def test_it_says_how_a_check_is_posted(client: FlaskClient, document: Json) -> None:
    answer = client.get(f"{PLACE}?as_of={DAY}").get_json()
    assert_fits(answer, "CheckType", document)
    assert answer["as_of"] == DAY
    assert answer["roles"] == ["telecom_operator"]
    assert "cn.atofl.a10.p1.1" in {each["id"] for each in answer["obligations"]}


def test_the_schemas_are_json_schemas(client: FlaskClient, rulebook: Rulebook) -> None:
    for key in rulebook.law.check_types:
        answer = client.get(f"/v1/check-types/{key}?as_of={DAY}").get_json()
        for schema in (answer["facts"], answer["circumstances"]):
            Draft202012Validator.check_schema(schema)
            assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_facts_are_those_that_the_compiled_law_reads(
    client: FlaskClient, rulebook: Rulebook
) -> None:
    facts = rulebook.law.facts
    for key in rulebook.law.check_types:
        answer = client.get(f"/v1/check-types/{key}?as_of={DAY}").get_json()
        read = rulebook.editions.of(key, date.fromisoformat(DAY)).sources
        posted = {name for name in read if not facts[name].supplied}
        assert set(answer["facts"]["properties"]) == posted


def test_an_enum_is_shown_with_the_titles_of_its_values(client: FlaskClient) -> None:
    shown = client.get(f"{PLACE}?as_of={DAY}").get_json()["facts"]["properties"]["card_channel"]
    assert shown["type"] == ["string", "null"]
    assert "own_shop" in shown["enum"]
    assert shown["x-values"]["own_shop"]["en"] == "Operator's own shop"
    assert shown["x-title"] == {"zh": "办理渠道", "en": "Channel"}


def test_a_number_is_shown_with_its_unit_and_bounds(
    client: FlaskClient, rulebook: Rulebook
) -> None:
    shown = client.get(f"{PLACE}?as_of={DAY}").get_json()["facts"]["properties"]
    fact = rulebook.law.facts["phone_cards_held"]
    held = shown["phone_cards_held"]
    assert held["type"] == ["integer", "null"]
    assert held["x-unit"] == "cards"
    assert (held["minimum"], held["maximum"]) == (fact.type.minimum, fact.type.maximum)


def test_what_a_person_judges_what_is_personal_and_what_is_derived_is_marked(
    client: FlaskClient, rulebook: Rulebook
) -> None:
    for key in rulebook.law.check_types:
        shown = client.get(f"/v1/check-types/{key}?as_of={DAY}").get_json()["facts"]["properties"]
        for name, schema in shown.items():
            fact = rulebook.law.facts[name]
            assert schema.get("x-judgment", False) is fact.judgment
            assert schema.get("x-personal", False) is fact.personal
            assert schema.get("x-not-before") == fact.not_before
            assert ("x-derived" in schema) is (fact.derivation is not None)
            assert schema["x-kind"] == fact.kind.value
            assert ("x-values" in schema) is (fact.type.kind is Kind.ENUM)


def test_circumstances_are_apart(client: FlaskClient, rulebook: Rulebook) -> None:
    answer = client.get(f"{PLACE}?as_of={DAY}").get_json()
    assert answer["circumstances"]["properties"]
    for name in answer["circumstances"]["properties"]:
        assert rulebook.law.facts[name].kind is FactKind.CIRCUMSTANCE
    for name in answer["facts"]["properties"]:
        assert rulebook.law.facts[name].kind is not FactKind.CIRCUMSTANCE


@pytest.mark.parametrize(
    "example",
    [pytest.param(path, id=path.stem) for path in sorted(EXAMPLES.glob("*/*/*.json"))],
)
def test_examples_fit_the_schema_of_their_check_type(example: Any, client: FlaskClient) -> None:
    body = json.loads(example.read_text(encoding="utf-8"))
    place = f"/v1/check-types/{body['domain']}/{body['check_type']}?as_of={DAY}"
    schema = client.get(place).get_json()["facts"]
    # A check may leave out what the contract asks for: it is then told what is missing.
    validator = Draft202012Validator({**schema, "required": []}, format_checker=FormatChecker())
    assert not [each.message for each in validator.iter_errors(body["facts"])]


def test_what_the_newest_contract_requires_is_required(client: FlaskClient) -> None:
    answer = client.get(f"{PLACE}?as_of={DAY}").get_json()
    read = answer["facts"]["properties"]
    newest = answer["contracts"][-1]["required"]
    assert answer["facts"]["required"] == [name for name in newest if name in read]
    assert answer["facts"]["required"]


def test_before_the_law_fewer_obligations_are_raised(client: FlaskClient) -> None:
    before = client.get(f"{PLACE}?as_of=2022-11-30").get_json()
    after = client.get(f"{PLACE}?as_of=2022-12-01").get_json()
    assert len(before["obligations"]) < len(after["obligations"])
    assert set(before["facts"]["properties"]) < set(after["facts"]["properties"])


def test_an_unknown_domain_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/v1/check-types/telecoms/x")
    assert "telecom" in assert_problem(answer, 404, "domain_unknown")["detail"]


def test_an_unknown_check_type_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/v1/check-types/telecom/phone_card_registratio")
    problem = assert_problem(answer, 404, "check_type_unknown")
    assert "phone_card_registration" in problem["detail"]


@pytest.mark.parametrize("day", ["", "2023-02-30", "20260302", "2026-W10-1", "0001-01-01", "今天"])
def test_a_day_that_does_not_exist_is_refused(client: FlaskClient, day: str) -> None:
    assert_problem(client.get(PLACE, query_string={"as_of": day}), 422, "date_invalid")


def test_a_misspelt_query_is_refused(client: FlaskClient) -> None:
    problem = assert_problem(client.get(f"{PLACE}?asof={DAY}"), 400, "query_invalid")
    assert "as_of" in problem["detail"]
