"""GET /v1/parameters: the dated numbers of the law."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from fanzha.usecases.rulebook import Rulebook
from tests.web.places import assert_fits, assert_problem

CAP = "telecom.phone_card.max_per_user_per_operator"


def ids(client: FlaskClient, query: str) -> set[str]:
    answer = client.get(f"/v1/parameters?{query}")
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.get_json()["parameters"]}


def test_the_numbers_of_a_day_are_listed_with_their_sources(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    answer = client.get("/v1/parameters?as_of=2026-03-02").get_json()
    assert_fits(answer, "Parameters", document)
    cap = {each["id"]: each for each in answer["parameters"]}[CAP]
    assert (cap["value"], cap["unit"]) == (5, "cards")
    assert cap["sources"][0]["pinpoint"]
    assert cap["sources"][0]["grade"] in {"A", "B"}


def test_a_number_is_listed_from_its_first_day_on(client: FlaskClient) -> None:
    assert CAP not in ids(client, "as_of=2016-09-22")
    assert CAP in ids(client, "as_of=2016-09-23")


def test_by_check_type_only_what_its_rules_read_is_listed(
    client: FlaskClient, rulebook: Rulebook
) -> None:
    found = ids(client, "as_of=2026-03-02&check_type=telecom/phone_card_registration")
    assert CAP in found
    assert found < ids(client, "as_of=2026-03-02&domain=telecom") | found
    assert len(found) < len(rulebook.law.parameters) / 2


def test_by_instrument_only_its_own_are_listed(client: FlaskClient) -> None:
    found = ids(client, "instrument=six_ministry_notice_2016")
    assert CAP in found
    assert len(found) < len(ids(client, ""))


def test_a_wrong_query_is_refused(client: FlaskClient) -> None:
    assert_problem(client.get("/v1/parameters?unit=fen"), 400, "query_invalid")
    assert_problem(client.get("/v1/parameters?check_type=telecom/x"), 404, "check_type_unknown")
    assert_problem(client.get("/v1/parameters?as_of=2026-13-01"), 422, "date_invalid")
