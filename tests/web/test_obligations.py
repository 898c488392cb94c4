"""GET /v1/obligations and /v1/obligations/{id}: what the law asks on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from fanzha.application import Application
from fanzha.usecases.rulebook import Rulebook
from tests.web.places import assert_fits, assert_problem

Json = dict[str, Any]
CAP = "cn.atofl.a10.p1.1"


def ids(client: FlaskClient, query: str) -> set[str]:
    answer = client.get(f"/v1/obligations?{query}")
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.get_json()["obligations"]}


def test_the_obligations_of_a_day_are_listed(
    client: FlaskClient, rulebook: Rulebook, document: Json
) -> None:
    answer = client.get("/v1/obligations?as_of=2026-03-02").get_json()
    assert_fits(answer, "Obligations", document)
    listed = [each["id"] for each in answer["obligations"]]
    day = date(2026, 3, 2)
    in_force = [
        id_ for id_, each in rulebook.law.obligations.items() if each.in_force.contains(day)
    ]
    assert listed == sorted(in_force)


def test_without_a_day_it_is_today_in_china(client: FlaskClient, application: Application) -> None:
    before = application.today
    answered = date.fromisoformat(client.get("/v1/obligations").get_json()["as_of"])
    assert before <= answered <= application.today


def test_on_the_day_before_the_law_its_obligations_are_not_listed(client: FlaskClient) -> None:
    assert CAP not in ids(client, "as_of=2022-11-30")
    assert CAP in ids(client, "as_of=2022-12-01")


def test_filters_narrow_the_list(client: FlaskClient, rulebook: Rulebook) -> None:
    everything = ids(client, "as_of=2026-03-02")
    domain = ids(client, "as_of=2026-03-02&domain=telecom")
    check_type = ids(client, "as_of=2026-03-02&check_type=telecom/phone_card_registration")
    both = ids(
        client,
        "as_of=2026-03-02&check_type=telecom/phone_card_registration&instrument=atofl",
    )
    assert CAP in both
    assert both < check_type < domain < everything
    assert all(rulebook.law.obligations[id_].instrument == "atofl" for id_ in both)


def test_filters_that_exclude_each_other_leave_nothing(client: FlaskClient) -> None:
    assert ids(client, "domain=banking&check_type=telecom/phone_card_registration") == set()


def test_an_obligation_is_shown_with_what_it_names(client: FlaskClient, document: Json) -> None:
    answer = client.get(f"/v1/obligations/{CAP}?as_of=2026-03-02").get_json()
    assert_fits(answer, "ObligationDetail", document)
    assert "$telecom.phone_card.max_per_user_per_operator" in answer["violated"]
    number = answer["parameters"][0]
    assert number["id"] == "telecom.phone_card.max_per_user_per_operator"
    assert number["sources"][0]["grade"]
    assert "phone_cards_held" in {each["fact"] for each in answer["facts"]}
    assert "counts_as_new_phone_card" in {each["element"] for each in answer["definitions"]}


def test_every_obligation_can_be_read(
    client: FlaskClient, rulebook: Rulebook, document: Json
) -> None:
    for id_, obligation in rulebook.law.obligations.items():
        answer = client.get(f"/v1/obligations/{id_}?as_of={obligation.in_force.first}")
        assert answer.status_code == 200, answer.text
        assert_fits(answer.get_json(), "ObligationDetail", document)


def test_one_that_is_not_in_force_is_not_found_and_its_dates_are_told(client: FlaskClient) -> None:
    answer = client.get(f"/v1/obligations/{CAP}?as_of=2022-11-30")
    assert "2022-12-01" in assert_problem(answer, 404, "not_found")["detail"]


@pytest.mark.parametrize("id_", ["cn.atofl.a10.p1.2x", "%00", "x" * 3000])
def test_an_unknown_one_is_not_found(client: FlaskClient, id_: str) -> None:
    assert_problem(client.get(f"/v1/obligations/{id_}"), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("domain=telecoms", 404, "domain_unknown"),
        ("check_type=telecom", 404, "check_type_unknown"),
        ("check_type=phone_card_registration", 404, "domain_unknown"),
        ("instrument=ATOFL", 400, "query_invalid"),
        ("as_of=2026-02-29", 422, "date_invalid"),
        ("as_of=2026-02-28&as_of=2026-02-28", 400, "query_invalid"),
        ("checktype=telecom/x", 400, "query_invalid"),
    ],
)
def test_a_wrong_query_is_refused(client: FlaskClient, query: str, status: int, code: str) -> None:
    assert_problem(client.get(f"/v1/obligations?{query}"), status, code)
