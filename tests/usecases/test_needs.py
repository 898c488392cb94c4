"""An undetermined obligation names the facts that would settle it, and who has to say them."""

from __future__ import annotations

import pytest

from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import Json, obligation, order, sale


def _needs(decision: Json, id_: str) -> list[list[str]]:
    return [[each["fact"] for each in need] for need in obligation(decision, id_)["needs"]]


def test_a_missing_fact_is_named_with_its_title(evaluate: Evaluate) -> None:
    found = obligation(evaluate(sale("tickets_held")), "small.a1")
    assert found["needs"] == [
        [{"fact": "tickets_held", "title": {"zh": "已持票数", "en": "Tickets held"}}]
    ]


def test_an_element_asks_for_its_facts_before_itself(evaluate: Evaluate) -> None:
    decision = evaluate(sale("identity_checked", "document_result"))
    assert _needs(decision, "small.a2") == [
        ["document_result"],
        ["identity_checked"],
        ["buyer_verified"],
    ]


def test_a_derived_fact_asks_for_what_it_is_derived_from(evaluate: Evaluate) -> None:
    decision = evaluate(sale("price_changed_at", "price_shown_at"))
    assert _needs(decision, "small.a9") == [["price_changed_at"]]
    decision = evaluate(sale("price_shown_at"))
    assert _needs(decision, "small.a9") == [["price_shown_at"]]


def test_a_judgment_is_marked_as_one(evaluate: Evaluate) -> None:
    found = obligation(evaluate(sale(sale_refused=True)), "small.a4")
    assert found["needs"] == [
        [
            {
                "fact": "refusal_reasonable",
                "title": {"zh": "拒绝有正当理由", "en": "The refusal is reasonable"},
                "judgment": True,
            }
        ]
    ]


def test_a_deadline_asks_for_the_time_it_runs_from(evaluate: Evaluate) -> None:
    unmet = evaluate(order(order_relevant=True, order_executed=False))
    assert obligation(unmet, "small.a11")["status"] == "undetermined"
    assert _needs(unmet, "small.a11") == [["order_received_at"]]
    # Whether there was time left matters only where the order was not executed.
    unsaid = evaluate(order(order_relevant=True))
    assert _needs(unsaid, "small.a11") == [["order_executed"]]
    met = evaluate(order(order_relevant=True, order_executed=True))
    assert obligation(met, "small.a11")["status"] == "fulfilled"


def test_what_would_merely_rule_out_a_breach_is_no_answer(evaluate: Evaluate) -> None:
    """Whether the duty applies stays open however many tickets there are."""
    assert _needs(evaluate(sale("sold", "tickets_held")), "small.a1") == [["sold"]]


@pytest.mark.parametrize("held", [1, 9])
def test_only_what_is_still_missing_is_asked_for(evaluate: Evaluate, held: int) -> None:
    assert _needs(evaluate(sale("sold", tickets_held=held)), "small.a1") == [["sold"]]


def test_settled_obligations_need_nothing(evaluate: Evaluate) -> None:
    for each in evaluate(sale(tickets_held=9))["obligations"]:
        assert "needs" not in each
