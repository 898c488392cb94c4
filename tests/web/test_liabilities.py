"""GET /v1/liabilities: what violations can bring on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask.testing import FlaskClient

from fanzha.usecases.rulebook import Rulebook
from tests.web.places import assert_fits, assert_problem


def ids(client: FlaskClient, query: str) -> set[str]:
    answer = client.get(f"/v1/liabilities?{query}")
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.get_json()["liabilities"]}


def test_the_liabilities_of_a_day_are_listed(client: FlaskClient, document: dict[str, Any]) -> None:
    answer = client.get("/v1/liabilities?as_of=2026-03-02").get_json()
    assert_fits(answer, "Liabilities", document)
    found = {each["id"]: each for each in answer["liabilities"]}
    article = found["cn.atofl.l39.institution"]
    assert article["source"]["grade"]
    assert [each["when"] for each in article["tiers"]]


def test_before_the_law_its_liabilities_are_not_listed(client: FlaskClient) -> None:
    assert "cn.atofl.l39.institution" not in ids(client, "as_of=2022-11-30")
    assert "cn.atofl.l39.institution" in ids(client, "as_of=2022-12-01")


def test_by_check_type_only_what_its_obligations_can_bring_is_listed(
    client: FlaskClient, rulebook: Rulebook
) -> None:
    day = date(2026, 3, 2)
    found = ids(client, f"as_of={day}&check_type=telecom/phone_card_registration")
    raised = [
        each
        for each in rulebook.law.obligations_of("telecom/phone_card_registration")
        if each.in_force.contains(day)
    ]
    assert found == {id_ for each in raised for id_ in (*each.firm, *each.possible)}
    assert found < ids(client, f"as_of={day}")


def test_by_instrument_only_its_own_are_listed(client: FlaskClient) -> None:
    found = ids(client, "instrument=atofl")
    assert found
    assert all(each.startswith("cn.atofl.") for each in found)


def test_a_wrong_query_is_refused(client: FlaskClient) -> None:
    assert_problem(client.get("/v1/liabilities?type=criminal"), 400, "query_invalid")
    assert_problem(client.get("/v1/liabilities?domain=x"), 404, "domain_unknown")
    assert_problem(client.get("/v1/liabilities?as_of=x"), 422, "date_invalid")
