"""The normal form says the same as the condition, and has no inner `not`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.conditions import conditions, facts

from fanzha.model.expressions import And, Arithmetic, Expression, Literal, Name, Not, Or, walk
from fanzha.model.kleene import evaluate
from fanzha.model.normal_form import conjunction, count_alternatives, disjunction, normal_form
from fanzha.model.parsing import parse
from fanzha.model.value_types import Folded


@given(conditions(), facts(), st.booleans())
def test_it_is_true_exactly_when_the_condition_has_that_truth(
    expression: Expression, known: dict[str, Folded], truth: bool
) -> None:
    value = evaluate(expression, known)
    assert (evaluate(normal_form(expression, truth), known) is True) == (value is truth)


@given(conditions(), facts(), st.booleans())
def test_it_is_unknown_exactly_when_the_condition_is(
    expression: Expression, known: dict[str, Folded], truth: bool
) -> None:
    value = evaluate(normal_form(expression, truth), known)
    # Constants may settle it earlier than plain Kleene logic does, never later.
    if evaluate(expression, known) is None:
        assert value is None or value == (normal_form(expression, truth) == Literal(True))
    else:
        assert value is not None


@given(conditions(), st.booleans())
def test_not_stands_before_facts_only(expression: Expression, truth: bool) -> None:
    made = normal_form(expression, truth)
    assert all(isinstance(node.operand, Name) for node in walk(made) if isinstance(node, Not))


@given(conditions(), st.booleans())
def test_constants_and_repetitions_are_gone(expression: Expression, truth: bool) -> None:
    made = normal_form(expression, truth)
    for node in walk(made):
        if isinstance(node, And | Or):
            assert len(set(node.operands)) == len(node.operands) >= 2
            assert not any(isinstance(each, type(node)) for each in node.operands)
            assert Literal(True) not in node.operands
            assert Literal(False) not in node.operands


@pytest.mark.parametrize(
    ("source", "truth", "expected"),
    [
        ("not (a and m < 3)", True, "not a or m >= 3"),
        ("not (a or m != 3)", True, "not a and m == 3"),
        ("u in ['x', 'y']", False, "u not in ['x', 'y']"),
        ("not not a", True, "a"),
        ("a and true", True, "a"),
        ("a or true", True, "true"),
        ("a and false", True, "false"),
        ("a or false", False, "not a"),
        ("a and a", True, "a"),
        ("(a and b) and (b and c)", True, "a and b and c"),
    ],
)
def test_not_is_pushed_to_the_comparisons(source: str, truth: bool, expected: str) -> None:
    assert normal_form(parse(source), truth) == parse(expected)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("a", 1),
        ("not a", 1),
        ("m < 3", 1),
        ("a or b or c", 3),
        ("(a or b) and (c or m > 1)", 4),
        ("u in ['x', 'y', 'z']", 3),
        ("u not in ['x', 'y', 'z']", 1),
        ("a and (b or u in ['x', 'y'])", 3),
        ("a or b and (c or d)", 3),
    ],
)
def test_alternatives_add_in_or_and_multiply_in_and(source: str, count: int) -> None:
    assert count_alternatives(normal_form(parse(source))) == count


def test_a_number_has_no_alternatives() -> None:
    with pytest.raises(TypeError):
        count_alternatives(Arithmetic("+", Name("m"), Name("n")))


def test_parts_are_joined_flat() -> None:
    a, b, c = Name("a"), Name("b"), Name("c")
    assert conjunction(And((a, b)), c, a) == And((a, b, c))
    assert disjunction(Or((a, b)), c, a) == Or((a, b, c))
    assert conjunction() == Literal(True)
    assert disjunction() == Literal(False)
