"""A stated element that the operational facts contradict is refused, with both shown."""

from __future__ import annotations

from typing import Any

import pytest

from fanzha.errors import FanzhaError, Problems
from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import sale, statuses


def _refused(evaluate: Evaluate, **facts: Any) -> tuple[FanzhaError, ...]:
    with pytest.raises(Problems) as caught:
        evaluate(sale(**facts))
    assert caught.value.code == "element_contradicted"
    assert caught.value.http_status == 422
    return caught.value.errors


def test_a_contradicted_statement_is_refused_with_the_facts(evaluate: Evaluate) -> None:
    [error] = _refused(evaluate, buyer_verified=True, document_result="mismatch")
    assert error.message.en == (
        "`buyer_verified` is stated as true, but the facts make it false: "
        "document_result = mismatch, identity_checked = true"
    )
    assert "`buyer_verified` 陈述为 true" in error.message.zh
    assert str(error.where) == "facts.buyer_verified"
    assert error.hint is not None


def test_a_statement_of_false_is_contradicted_by_facts_that_make_it_true(
    evaluate: Evaluate,
) -> None:
    [error] = _refused(evaluate, buyer_verified=False)
    assert "stated as false, but the facts make it true" in error.message.en


def test_every_contradiction_is_told(evaluate: Evaluate) -> None:
    errors = _refused(evaluate, buyer_verified=False, price_within_limit=False)
    assert [str(error.where) for error in errors] == [
        "facts.buyer_verified",
        "facts.price_within_limit",
    ]
    assert "price_fen = 8000, ticket_class = second" in errors[1].message.en


def test_personal_facts_are_masked(evaluate: Evaluate) -> None:
    [error] = _refused(evaluate, name_recorded=False)
    assert "buyer_name = ***" in error.message.en
    assert "names_agree = true" in error.message.en
    for text in (error.message.zh, error.message.en):
        assert "lin" not in text.lower()


def test_a_statement_that_agrees_is_taken(evaluate: Evaluate) -> None:
    assert evaluate(sale(buyer_verified=True))["outcome"] == "compliant"
    agreeing = evaluate(sale(buyer_verified=False, document_result="mismatch"))
    assert statuses(agreeing)["small.a2"] == "violated"


def test_a_statement_that_the_facts_leave_open_is_taken(evaluate: Evaluate) -> None:
    decision = evaluate(sale("identity_checked", buyer_verified=False))
    assert statuses(decision)["small.a2"] == "violated"
