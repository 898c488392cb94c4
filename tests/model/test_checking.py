"""Conditions against the vocabulary: names, types, units, and the size of numbers."""

from __future__ import annotations

import pytest

from fanzha.errors import ExpressionError
from fanzha.model.checking import Scope, check_condition
from fanzha.model.parsing import parse
from fanzha.model.value_types import BOOLEAN, DATE, DATETIME, STRING, Kind, ValueType


def _integer(unit: str | None, maximum: int = 10**6, minimum: int = 0) -> ValueType:
    return ValueType(Kind.INTEGER, unit=unit, minimum=minimum, maximum=maximum)


SCOPE = Scope(
    facts={
        "issued": BOOLEAN,
        "verified": BOOLEAN,
        "cards": _integer("cards"),
        "amount": _integer("fen", 10**15),
        "day_total": _integer("fen", 10**15),
        "share": _integer("percent", 100),
        "delay": _integer("minutes"),
        "wait": _integer("hours"),
        "age": _integer("days", 10**15),
        "working": _integer("working_days"),
        "count": _integer(None),
        "kind": ValueType(Kind.ENUM, values=("main", "child")),
        "other_kind": ValueType(Kind.ENUM, values=("child", "other")),
        "channel": ValueType(Kind.ENUM, values=("atm", "counter")),
        "name": STRING,
        "born": DATE,
        "ordered": DATETIME,
        "done": DATETIME,
    },
    parameters={
        "max_cards": _integer("cards", 5, 5),
        "cap": _integer("fen", 500_000, 500_000),
        "rate": _integer("percent", 20, 20),
        "within": _integer("minutes", 30, 30),
        "allowed": BOOLEAN,
        "class": ValueType(Kind.ENUM, values=("main",)),
        "no_class": ValueType(Kind.ENUM, values=("corporate",)),
    },
)


@pytest.mark.parametrize(
    "source",
    [
        "issued",
        "true",
        "$allowed",
        "issued and not verified or cards > 1",
        "issued == verified",
        "issued != true",
        "issued in [true]",
        "cards > 5",
        "cards >= $max_cards",
        "cards + 1 <= $max_cards",
        "2 * cards - 3 != 0",
        "amount + day_total > $cap",
        "amount * 100 > $rate * day_total",
        "share * amount > 100 * day_total",
        "amount * share > 100 * day_total",
        "amount * share > $rate * day_total",
        "count * cards == 5",
        "cards in [1, 2, $max_cards]",
        "cards not in [1]",
        "delay > $within",
        "delay > 0",
        "delay <= wait",
        "delay + wait > $within",
        "2 * delay > $within",
        "done - ordered <= $within",
        "done <= ordered + $within",
        "done <= $within + ordered",
        "done >= ordered - delay",
        "done > ordered",
        "born == born",
        "born < born",
        "working > 3",
        "name == 'x'",
        "name != name",
        "name in ['x', 'y']",
        "kind == 'main'",
        "'main' == kind",
        "kind in ['main', 'child']",
        "kind == $class",
        "kind in [$class]",
        "kind == other_kind",
    ],
)
def test_what_fits_the_vocabulary_passes(source: str) -> None:
    assert check_condition(parse(source), SCOPE) is None  # type: ignore[func-returns-value]


def _refused(source: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        check_condition(parse(source), SCOPE)
    assert caught.value.hint is not None
    return caught.value


TYPE = "expression_type"
UNIT = "expression_unit"


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("isued", "expression_fact_unknown", "unknown fact `isued`"),
        ("cards > $max_card", "expression_parameter_unknown", "unknown parameter `$max_card`"),
        ("kind == 'mainly'", "expression_value_unknown", "there is no value `mainly`"),
        ("kind in ['main', 'x']", "expression_value_unknown", "there is no value `x`"),
        ("'x' != kind", "expression_value_unknown", "there is no value `x`"),
        ("kind == $no_class", "expression_value_unknown", "there is no value `corporate`"),
        ("kind == channel", "expression_value_unknown", "there is no value `atm`"),
        ("cards", TYPE, "expected yes or no, found integer (cards)"),
        ("delay", TYPE, "expected yes or no, found a length of time"),
        ("count", TYPE, "expected yes or no, found integer"),
        ("name", TYPE, "expected yes or no, found string"),
        ("kind and issued", TYPE, "expected yes or no, found enum"),
        ("issued or 'x'", TYPE, "expected yes or no, found string"),
        ("not 5", TYPE, "expected yes or no, found integer"),
        ("born", TYPE, "expected yes or no, found date"),
        ("cards + 1", TYPE, "expected yes or no, found integer (cards)"),
        ("issued == 1", TYPE, "cannot compare boolean with integer"),
        ("issued in [1]", TYPE, "cannot compare boolean with integer"),
        ("cards == 'five'", TYPE, "cannot compare integer (cards) with string"),
        ("cards in ['five']", TYPE, "cannot compare integer (cards) with string"),
        ("name == kind", TYPE, "cannot compare string with enum"),
        ("born == '2020-01-01'", TYPE, "cannot compare date with string"),
        ("born < ordered", TYPE, "cannot compare date with datetime"),
        ("ordered > 5", TYPE, "cannot compare datetime with integer"),
        ("name < 'x'", TYPE, "string values have no order"),
        ("kind >= 'main'", TYPE, "enum values have no order"),
        ("issued > verified", TYPE, "boolean values have no order"),
        ("name + 'x' == 'y'", TYPE, "cannot compute string + string"),
        ("issued + 1 > 0", TYPE, "cannot compute boolean + integer"),
        ("born + $within > born", TYPE, "cannot compute date + a length of time"),
        ("born - born > 0", TYPE, "cannot compute date - date"),
        ("ordered + done > ordered", TYPE, "cannot compute datetime + datetime"),
        ("ordered * 2 > done", TYPE, "cannot compute datetime * integer"),
        ("ordered + cards > done", TYPE, "cannot compute datetime + integer (cards)"),
        ("ordered + 5 > done", TYPE, "cannot compute datetime + integer"),
        ("delay - ordered > done", TYPE, "cannot compute a length of time - datetime"),
        ("cards > amount", UNIT, "units differ: integer (cards) and integer (fen)"),
        ("cards + amount > 0", UNIT, "units differ: integer (cards) and integer (fen)"),
        ("cards in [$cap]", UNIT, "units differ: integer (cards) and integer (fen)"),
        ("delay > 30", UNIT, "units differ: a length of time and integer"),
        ("delay in [30]", UNIT, "units differ: a length of time and integer"),
        ("done - ordered > 1800", UNIT, "units differ: a length of time and integer"),
        ("delay > working", UNIT, "units differ: a length of time and integer (working_days)"),
        ("cards * $cap > amount", UNIT, "units differ: integer (cards*fen) and integer (fen)"),
        ("delay * wait > $within", UNIT, "units differ: integer (minutes*hours) and a length"),
        ("amount * amount > 0", "expression_overflow", "the result could pass 62 bits"),
        ("5000000000000000000 > cards", "expression_overflow", "the result could pass 62 bits"),
        ("age > delay", "expression_overflow", "the result could pass 62 bits"),
        ("amount * 10000 > 0", "expression_overflow", "the result could pass 62 bits"),
        ("0 - amount * 10000 > 0", "expression_overflow", "the result could pass 62 bits"),
        ("cards in [count]", "expression_not_allowed", "a list holds values only"),
        ("cards in [1 + 1]", "expression_not_allowed", "a list holds values only"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(source: str, code: str, message: str) -> None:
    error = _refused(source)
    assert error.code == code
    assert error.message.en.startswith(message)


@pytest.mark.parametrize(
    ("source", "column", "hint"),
    [
        ("issued and isued", 12, "did you mean `issued`"),
        ("cards > $max_card", 9, "did you mean `$max_cards`"),
        ("issued or kind == 'mainly'", 11, "did you mean `main`"),
        ("issued and kind in ['main', 'chld']", 29, "did you mean `child`"),
        ("issued and zzzzzz", 12, "declare it under facts/ or parameters/ first"),
        ("issued and cards > $zzzzzz", 20, "declare it under facts/ or parameters/ first"),
        ("kind == 'zzzzzz'", 1, "values: main, child"),
    ],
)
def test_the_place_and_a_suggestion_are_given(source: str, column: int, hint: str) -> None:
    error = _refused(source)
    assert error.where is not None
    assert error.hint is not None
    assert (error.where.column, error.hint.en) == (column, hint)


def test_every_kind_has_a_chinese_name() -> None:
    for source in ("name", "kind", "born", "ordered", "cards", "delay"):
        message = _refused(source).message
        assert not any(letter in message.zh for letter in ("string", "enum", "date", "integer"))


def test_the_largest_numbers_that_fit_are_let_through() -> None:
    check_condition(parse("amount * 4611 > 0"), SCOPE)
    check_condition(parse("amount - day_total < 0"), SCOPE)
