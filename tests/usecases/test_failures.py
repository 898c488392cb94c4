"""A plugin or the engine that fails gives an error and no verdict; the next check is fine."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import durable_rules_engine
import orjson
import pytest

from fanzha.errors import FanzhaError
from fanzha.model.value_types import MAXIMUM_TEXT, STRING
from fanzha.usecases.derive import fits
from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import (
    Json,
    application_of,
    liability,
    obligation,
    order,
    sale,
    score,
    small_rulebook,
    statuses,
)


@contextmanager
def _law_with(function: Callable[..., Any]) -> Iterator[Evaluate]:
    rulebook = small_rulebook(function)
    application = application_of(rulebook)

    def evaluate(body: Json, **options: Any) -> Json:
        answer = application.evaluate(body, record=False, **options)
        assert orjson.loads(answer.content) == answer.decision
        return answer.decision

    try:
        yield evaluate
    finally:
        rulebook.close()


def test_one_that_hangs_is_an_error_that_names_the_plugin_and_the_next_fails_at_once() -> None:
    released = threading.Event()
    with _law_with(lambda signals: int(released.wait())) as evaluate:
        for _ in range(2):
            answer = evaluate(sale())
            assert answer["outcome"] == "error"
            note = obligation(answer, "small.a6")["note"]["en"]
            assert "plugin `testing`" in note
            assert "ran for more than 1.0 s and is not called again" in note
    released.set()


def _raising(_: int) -> int:
    raise ValueError("the name of a customer")


def _leaving(_: int) -> int:
    sys.exit(1)


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        (_raising, "ValueError"),
        (_leaving, "SystemExit"),
        (lambda signals: 1 / 0, "ZeroDivisionError"),
        (lambda signals: "many", "wrong type"),
        (lambda signals: 1.5, "wrong type"),
        (lambda signals: True, "wrong type"),
        (lambda signals: 101, "out of bounds"),
        (lambda signals: -1, "out of bounds"),
        (lambda signals: 10**30, "out of bounds"),
    ],
)
def test_a_failing_computation_is_an_error_that_names_the_plugin(
    function: Callable[..., Any], cause: str
) -> None:
    with _law_with(function) as evaluate:
        decision = evaluate(sale())
    assert decision["outcome"] == "error"
    found = obligation(decision, "small.a6")
    assert found["status"] == "error"
    for language in ("zh", "en"):
        assert "`testing`" in found["note"][language]
        assert "`testing_score`" in found["note"][language]
    assert cause in found["note"]["en"]
    # What an exception says may hold facts of the check.
    assert "customer" not in str(decision)


def test_a_computed_text_is_no_longer_than_a_posted_one() -> None:
    assert fits("x" * MAXIMUM_TEXT, STRING)
    assert not fits("x" * (MAXIMUM_TEXT + 1), STRING)


def test_what_does_not_rest_on_the_failing_computation_goes_on() -> None:
    with _law_with(_raising) as evaluate:
        decision = evaluate(sale(tickets_held=5))
        assert evaluate(order())["outcome"] == "not_applicable"
    others = {id_: each for id_, each in statuses(decision).items() if id_ != "small.a6"}
    assert "error" not in others.values()
    assert others["small.a1"] == "violated"
    # A violation is found whatever else failed.
    assert decision["outcome"] == "non_compliant"
    assert decision["settled"] == {"of": 8, "in_scope": 9}


def test_a_failing_computation_holds_what_is_proposed() -> None:
    with _law_with(_raising) as evaluate:
        decision = evaluate(sale(changed={"stage": "proposed"}))
    assert decision["advice"] == "hold"


def test_a_failing_computation_harms_nobody_who_has_no_such_duty() -> None:
    with _law_with(_raising) as evaluate:
        decision = evaluate(sale(changed={"institution": "carrier-1"}))
    assert statuses(decision)["small.a6"] == "not_applicable"
    assert decision["outcome"] == "compliant"


def test_a_computation_is_not_asked_without_its_inputs_or_where_its_result_is_stated() -> None:
    with _law_with(_raising) as evaluate:
        assert statuses(evaluate(sale("risk_signals")))["small.a6"] == "undetermined"
        stated = evaluate(sale("risk_signals", risk_score=10))
        assert statuses(stated)["small.a6"] == "fulfilled"
        # Not even where its inputs are there as well.
        assert statuses(evaluate(sale(risk_score=10)))["small.a6"] == "fulfilled"


def test_a_computation_without_an_answer_leaves_the_fact_missing() -> None:
    with _law_with(lambda signals: None) as evaluate:
        decision = evaluate(sale())
    assert statuses(decision)["small.a6"] == "undetermined"
    assert decision["outcome"] == "undetermined"


def test_a_computation_fails_for_one_check_and_not_for_the_next() -> None:
    def sometimes(signals: int) -> int:
        return score(signals) if signals < 3 else _raising(signals)

    with _law_with(sometimes) as evaluate:
        assert evaluate(sale(risk_signals=3))["outcome"] == "error"
        assert evaluate(sale(risk_signals=1))["outcome"] == "compliant"


# --- the engine ---


def test_an_engine_that_fails_over_the_liabilities_gives_no_decision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A decision whose liabilities are silently missing would be worse than none."""
    body = sale(tickets_held=5)
    with _law_with(score) as evaluate:
        with monkeypatch.context() as patch:
            patch.setattr(durable_rules_engine, "assert_facts", _broken)
            assert evaluate(sale())["outcome"] == "compliant"
            with pytest.raises(FanzhaError) as caught:
                evaluate(body)
        after = evaluate(body)
    assert (caught.value.code, caught.value.http_status) == ("engine_failed", 500)
    assert liability(after, "small.l1")["firm"] is True


def _broken(*_: object) -> object:
    raise RuntimeError("engine out of order")


@pytest.mark.parametrize(
    ("call", "broken"),
    [
        ("create_ruleset", _broken),
        ("assert_fact", _broken),
        ("assert_fact", lambda *_: (4, 0)),
        ("start_action_for_state", _broken),
        # Not even the catch-all fired, so the engine cannot have seen the fact.
        ("start_action_for_state", lambda *_: None),
    ],
)
def test_an_engine_that_fails_gives_no_verdict(
    monkeypatch: pytest.MonkeyPatch, call: str, broken: Callable[..., Any]
) -> None:
    with _law_with(score) as evaluate:
        with monkeypatch.context() as patch:
            patch.setattr(durable_rules_engine, call, broken)
            decision = evaluate(sale())
            explained = evaluate(sale(changed={"stage": "proposed"}), explain=True)
        after = evaluate(sale())
    assert decision["outcome"] == "error"
    assert set(statuses(decision).values()) == {"error", "not_applicable"}
    assert statuses(decision)["small.a8"] == "not_applicable"
    assert obligation(decision, "small.a1")["note"]["zh"].startswith("规则引擎")
    assert decision["liabilities"] == []
    assert explained["advice"] == "hold"
    assert after["outcome"] == "compliant"
