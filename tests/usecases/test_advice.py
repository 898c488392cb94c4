"""What to do about a proposed act: go on, go on with measures, wait, or refuse."""

from __future__ import annotations

from typing import Any

from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import Json, obligation, order, sale

PROPOSED = {"stage": "proposed"}


def _proposed(evaluate: Evaluate, *without: str, **facts: Any) -> Json:
    return evaluate(sale("sold", "sale_refused", *without, changed=PROPOSED, **facts))


def _measures(decision: Json, id_: str) -> list[str]:
    return [each["fact"] for each in obligation(decision, id_)["measures"]]


def test_a_sound_proposal_proceeds(evaluate: Evaluate) -> None:
    decision = _proposed(evaluate)
    assert decision["advice"] == "proceed"
    assert decision["outcome"] == "compliant"
    assert all(each["advice"] == "proceed" for each in decision["obligations"])


def test_a_measure_not_yet_taken_is_named(evaluate: Evaluate) -> None:
    decision = _proposed(evaluate, "buyer_warned")
    assert decision["advice"] == "proceed_with"
    found = obligation(decision, "small.a7")
    assert found["advice"] == "proceed_with"
    assert found["measures"] == [
        {"fact": "buyer_warned", "title": {"zh": "已提示购票人", "en": "Buyer warned"}}
    ]


def test_a_measure_that_was_left_out_can_still_be_taken(evaluate: Evaluate) -> None:
    decision = _proposed(evaluate, buyer_warned=False)
    assert obligation(decision, "small.a7")["status"] == "violated"
    assert decision["advice"] == "proceed_with"
    assert _measures(decision, "small.a7") == ["buyer_warned"]


def test_a_measure_inside_a_definition_is_named_too(evaluate: Evaluate) -> None:
    for decision in (
        _proposed(evaluate, "identity_checked"),
        _proposed(evaluate, identity_checked=False),
    ):
        assert decision["advice"] == "proceed_with"
        assert _measures(decision, "small.a2") == ["identity_checked"]


def test_a_breach_computed_from_a_measure_can_still_be_undone(evaluate: Evaluate) -> None:
    late = _proposed(evaluate, price_shown_at="2026-02-01T08:31:00+08:00")
    assert obligation(late, "small.a9")["status"] == "violated"
    assert late["advice"] == "proceed_with"
    assert _measures(late, "small.a9") == ["price_shown_at"]


def test_what_cannot_be_changed_is_refused(evaluate: Evaluate) -> None:
    for decision in (
        _proposed(evaluate, tickets_held=5),
        _proposed(evaluate, document_result="mismatch"),
        _proposed(evaluate, "identity_checked", document_result="mismatch"),
    ):
        assert decision["advice"] == "refuse"


def test_a_fact_that_nobody_can_arrange_is_waited_for(evaluate: Evaluate) -> None:
    decision = _proposed(evaluate, "tickets_held")
    assert decision["advice"] == "hold"
    assert obligation(decision, "small.a1")["advice"] == "hold"
    assert "measures" not in obligation(decision, "small.a1")


def test_a_measure_is_no_help_while_another_fact_is_missing(evaluate: Evaluate) -> None:
    decision = _proposed(evaluate, "identity_checked", "document_result")
    assert obligation(decision, "small.a2")["advice"] == "hold"


def test_taking_the_measures_named_settles(evaluate: Evaluate) -> None:
    before = _proposed(evaluate, "buyer_warned", "identity_checked")
    named = {
        fact["fact"]: True for each in before["obligations"] for fact in each.get("measures", ())
    }
    assert named == {"buyer_warned": True, "identity_checked": True}
    assert _proposed(evaluate, **named)["advice"] == "proceed"


def test_the_gravest_advice_of_any_obligation_is_that_of_the_whole(evaluate: Evaluate) -> None:
    assert _proposed(evaluate, "buyer_warned", "risk_signals")["advice"] == "hold"
    assert _proposed(evaluate, "buyer_warned", tickets_held=5)["advice"] == "refuse"
    assert _proposed(evaluate, "risk_signals", tickets_held=5)["advice"] == "refuse"


def test_a_duty_whose_time_still_runs_is_proceeded_with(evaluate: Evaluate) -> None:
    body = order(
        order_relevant=True,
        order_executed=False,
        order_received_at="2026-03-02T11:50:00+08:00",
        changed=PROPOSED,
    )
    found = obligation(evaluate(body), "small.a11")
    assert (found["status"], found["advice"]) == ("pending", "proceed_with")


def test_what_is_done_gets_no_advice(evaluate: Evaluate) -> None:
    decision = evaluate(sale(tickets_held=9))
    assert "advice" not in decision
    assert all("advice" not in each for each in decision["obligations"])
