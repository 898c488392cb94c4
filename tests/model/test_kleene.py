"""Strong Kleene logic: the truth tables, and what a missing fact does to values."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from tests.model.conditions import conditions, facts

from fanzha.model.expressions import Expression, Not
from fanzha.model.kleene import evaluate, value_of
from fanzha.model.parsing import parse
from fanzha.model.value_types import Folded

VALUES = (True, False, None)


def _facts(**given: bool | None) -> dict[str, Folded]:
    return {name: value for name, value in given.items() if value is not None}


AND = {
    (True, True): True, (True, False): False, (True, None): None,
    (False, True): False, (False, False): False, (False, None): False,
    (None, True): None, (None, False): False, (None, None): None,
}  # fmt: skip
OR = {
    (True, True): True, (True, False): True, (True, None): True,
    (False, True): True, (False, False): False, (False, None): None,
    (None, True): True, (None, False): None, (None, None): None,
}  # fmt: skip


@pytest.mark.parametrize(("left", "right"), list(itertools.product(VALUES, VALUES)))
def test_and_and_or_follow_their_tables(left: bool | None, right: bool | None) -> None:
    known = _facts(a=left, b=right)
    assert evaluate(parse("a and b"), known) is AND[left, right]
    assert evaluate(parse("a or b"), known) is OR[left, right]


@pytest.mark.parametrize(("value", "opposite"), [(True, False), (False, True), (None, None)])
def test_not_turns_what_is_known(value: bool | None, opposite: bool | None) -> None:
    assert evaluate(parse("not a"), _facts(a=value)) is opposite


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m == 3", True), ("m != 3", False), ("m < 4", True), ("m <= 3", True),
        ("m > 3", False), ("m >= 3", True), ("m + n == 8", True), ("m - n == -2", True),
        ("m * n == 15", True), ("m in [1, 3]", True), ("m not in [1, 3]", False),
        ("w == 'x'", True), ("w in ['y']", False), ("true", True), ("false", False),
        ("missing == 3", None), ("m + missing > 0", None), ("missing in [1]", None),
        ("missing not in [1]", None), ("missing", None), ("missing == missing", None),
    ],
)  # fmt: skip
def test_every_operator_has_its_plain_meaning(source: str, expected: bool | None) -> None:
    assert evaluate(parse(source), {"m": 3, "n": 5, "w": "x"}) is expected


def test_an_unknown_part_does_not_hide_what_already_follows() -> None:
    assert evaluate(parse("missing and m > 3"), {"m": 3}) is False
    assert evaluate(parse("missing or m == 3"), {"m": 3}) is True


def test_a_value_is_missing_when_a_fact_that_it_needs_is() -> None:
    assert value_of(parse("m"), {"m": 3}) == 3
    assert value_of(parse("m"), {}) is None


def test_a_parameter_without_its_value_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match=r"bank\.limit"):
        evaluate(parse("m > $bank.limit"), {"m": 3})


@given(conditions(), facts())
def test_not_is_the_opposite_of_any_condition(
    expression: Expression, known: dict[str, Folded]
) -> None:
    value = evaluate(expression, known)
    assert evaluate(Not(expression), known) is (None if value is None else not value)


@given(conditions(), facts(), facts())
def test_more_facts_never_change_what_is_known(
    expression: Expression, known: dict[str, Folded], more: dict[str, Folded]
) -> None:
    value = evaluate(expression, known)
    if value is not None:
        assert evaluate(expression, {**more, **known}) is value
