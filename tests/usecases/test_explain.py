"""The full explanation leads from the status to facts, definitions and numbers with sources."""

from __future__ import annotations

from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import Json, obligation, sale


def _derivation(evaluate: Evaluate, body: Json, id_: str) -> Json:
    found: Json = obligation(evaluate(body, explain=True), id_)["derivation"]
    return found


def _fact(derivation: Json, name: str) -> Json:
    found: Json = next(each for each in derivation["facts"] if each["fact"] == name)
    return found


def test_nothing_is_explained_unasked(evaluate: Evaluate) -> None:
    assert all("derivation" not in each for each in evaluate(sale())["obligations"])


def test_conditions_are_shown_as_written_with_their_truth(evaluate: Evaluate) -> None:
    derivation = _derivation(evaluate, sale(tickets_held=5), "small.a1")
    assert derivation["applies"] == {"condition": "sold", "truth": True}
    assert derivation["violated"] == {
        "condition": "tickets_held >= $small.ticket_cap",
        "truth": True,
    }
    assert derivation["file"] == "small_law/small_act/sales.yaml"


def test_parts_of_a_condition_have_a_truth_each(evaluate: Evaluate) -> None:
    derivation = _derivation(evaluate, sale("price_changed_at"), "small.a9")
    assert derivation["applies"] == {
        "condition": "sold and price_changed_at <= occurred_at",
        "truth": None,
        "parts": [
            {"condition": "sold", "truth": True},
            {"condition": "price_changed_at <= occurred_at", "truth": None},
        ],
    }


def test_a_number_is_shown_with_its_source_and_dates(evaluate: Evaluate) -> None:
    [parameter] = _derivation(evaluate, sale(), "small.a1")["parameters"]
    assert parameter == {
        "id": "small.ticket_cap",
        "title": {"zh": "持票数上限", "en": "Cap on tickets"},
        "value": 5,
        "unit": "tickets",
        "grade": "A",
        "in_force": {"from": "2021-01-01", "to": None},
        "source": [{"instrument": "small_act", "pinpoint": "article 1"}],
    }


def test_an_element_is_traced_through_its_definition_to_what_was_stated(
    evaluate: Evaluate,
) -> None:
    element = _fact(_derivation(evaluate, sale(), "small.a2"), "buyer_verified")
    assert (element["value"], element["from"]) == (True, "definition")
    definition = element["definition"]
    assert definition["cites"] == ["SMALL 2"]
    assert definition["condition"] == "identity_checked and document_result == 'match'"
    assert (definition["true"], definition["false"]) == (True, False)
    assert {each["fact"]: (each["value"], each["from"]) for each in definition["facts"]} == {
        "identity_checked": (True, "stated"),
        "document_result": ("match", "stated"),
    }


def test_a_table_is_traced_with_its_numbers(evaluate: Evaluate) -> None:
    element = _fact(_derivation(evaluate, sale(), "small.a3"), "price_within_limit")
    assert element["definition"]["by"] == ["ticket_class"]
    assert [each["id"] for each in element["definition"]["parameters"]] == [
        "small.first_class_price",
        "small.second_class_price",
    ]


def test_a_computed_fact_is_traced_to_its_inputs_and_personal_ones_are_masked(
    evaluate: Evaluate,
) -> None:
    body = sale()
    derivation = _derivation(evaluate, body, "small.a5")
    inner = _fact(derivation, "name_recorded")["definition"]["facts"]
    computed = next(each for each in inner if each["fact"] == "names_agree")
    assert (computed["value"], computed["from"]) == (True, "computed")
    assert computed["derivation"]["function"] == "equal_text"
    assert {each["fact"]: each["value"] for each in computed["derivation"]["inputs"]} == {
        "buyer_name": "***",
        "document_name": "***",
    }
    assert body["facts"]["buyer_name"] not in str(derivation)


def test_the_origin_of_a_fact_is_told(evaluate: Evaluate) -> None:
    proposed = sale("sold", "price_shown_at", changed={"stage": "proposed"})
    derivation = _derivation(evaluate, proposed, "small.a9")
    origins = {each["fact"]: each["from"] for each in derivation["facts"]}
    assert origins == {
        "occurred_at": "check",
        "price_changed_at": "stated",
        "showing_minutes": "missing",
        "sold": "assumed",
    }
    assert "value" not in _fact(derivation, "showing_minutes")


def test_times_are_shown_in_china(evaluate: Evaluate) -> None:
    body = sale(price_changed_at="2026-02-01T00:00:00Z")
    derivation = _derivation(evaluate, body, "small.a9")
    assert _fact(derivation, "price_changed_at")["value"] == "2026-02-01T08:00:00+08:00"


def test_a_duty_of_others_is_explained_by_the_roles(evaluate: Evaluate) -> None:
    derivation = _derivation(evaluate, sale(changed={"institution": "stall-1"}), "small.a8")
    assert derivation == {
        "binds": ["carrier"],
        "roles": ["market_stall", "seller"],
        "status": "not_applicable",
    }
