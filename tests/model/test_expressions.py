"""Conditions as data: rendering, walking and replacing."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.model.conditions import conditions

from fanzha.model.expressions import (
    And,
    Expression,
    Literal,
    Name,
    Parameter,
    names_in,
    parameters_in,
    render,
    replace,
    walk,
)
from fanzha.model.parsing import parse


@given(conditions(parameters=True))
def test_what_is_rendered_reads_back_as_the_same_condition(expression: Expression) -> None:
    assert parse(render(expression)) == expression


@pytest.mark.parametrize(
    "source",
    [
        "a and (b or not c)",
        "not (a and b)",
        "m - (n - 1) * 2 >= -3",
        "(m + n) * 2 < $bank.limit",
        "u not in ['x', '银行']",
        'u == "it\'s"',
        "a == true",
        "(a and b) and c",
    ],
)
def test_a_condition_is_rendered_as_a_rule_author_writes_it(source: str) -> None:
    assert render(parse(source)) == source


def test_only_conditions_can_be_rendered() -> None:
    with pytest.raises(TypeError):
        render("a")  # type: ignore[arg-type]


def test_facts_and_parameters_are_found_wherever_they_stand() -> None:
    tree = parse("not a and (b + $p > c * $q or d in ['x', $r]) and e == 'f'")
    assert names_in(tree) == {"a", "b", "c", "d", "e"}
    assert parameters_in(tree) == {"p", "q", "r"}
    assert sum(1 for _ in walk(parse("a and b"))) == 3


def test_parameters_become_values_and_names_become_conditions() -> None:
    tree = parse("not a and (b + $p > 1 or d not in ['x', $r])")
    made = replace(tree, parameters={"p": 3, "r": "y"}, names={"a": And((Name("x"), Name("y")))})
    assert render(made) == "not (x and y) and (b + 3 > 1 or d not in ['x', 'y'])"


def test_what_is_not_named_stays() -> None:
    tree = parse("a and $p == b")
    assert replace(tree) == tree
    assert replace(tree, parameters={"q": 1}, names={"c": Literal(True)}) == tree


def test_a_column_is_no_part_of_what_a_condition_says() -> None:
    assert Name("a", 3) == Name("a", 9)
    assert Parameter("a", 3) == Parameter("a", 9)
    assert len({Name("a", 3), Name("a", 9)}) == 1
