"""docs/language.md says what the language is: every example, table, limit and code is tried."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
import yaml

from fanzha.errors import ExpressionError
from fanzha.model import checking, normal_form, parsing
from fanzha.model.checking import Scope, check_condition
from fanzha.model.kleene import evaluate
from fanzha.model.parsing import parse
from fanzha.model.text import Text
from fanzha.model.value_types import BOOLEAN, DATE, DATETIME, STRING, Folded, Kind, ValueType
from fanzha.rulesets import norm_files, vocabulary_files

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "language.md").read_text("utf-8")


def _integer(unit: str, maximum: int = 10**15) -> ValueType:
    return ValueType(Kind.INTEGER, unit=unit, minimum=0, maximum=maximum)


SCOPE = Scope(
    facts={
        **dict.fromkeys(
            ("account_opened", "identity_verified", "on_white_list", "phone_card_issued"), BOOLEAN
        ),
        "active_cards": _integer("cards", 100),
        **dict.fromkeys(("amount_fen", "day_total_fen", "refunded_fen"), _integer("fen")),
        "delay_minutes": _integer("minutes", 10**6),
        "wait_hours": _integer("hours", 10**6),
        "card_kind": ValueType(Kind.ENUM, values=("main", "child")),
        **dict.fromkeys(("customer_name", "document_name"), STRING),
        **dict.fromkeys(("born_on", "customer_born_on"), DATE),
        "order_received_at": DATETIME,
        "frozen_at": DATETIME,
    },
    parameters={
        "telecom.phone_card.maximum": _integer("cards", 5),
        "payments.day_limit": _integer("fen"),
        "payments.rate": _integer("percent", 100),
        "banking.freeze.within": _integer("minutes", 30),
    },
    elsewhere={
        "gravity": Text(zh="情节", en="a circumstance"),
        "$payments.list": Text(zh="列表", en="a list"),
    },
    personal={"customer_name", "document_name", "customer_born_on"},
)


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def _lines(kind: str) -> list[str]:
    return [line for block in _blocks(kind) for line in block.splitlines()]


def _table(mark: str) -> list[list[str]]:
    """The rows of the table under `<!-- mark: … -->`, without its head."""
    after = PAGE.split(f"<!-- {mark}:", 1)[1]
    rows = re.findall(r"^\|(.*)\|$", after.split("\n\n", 2)[1], re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows[2:]]


@pytest.mark.parametrize("line", _lines("condition"))
def test_an_example_is_read_and_fits_its_types(line: str) -> None:
    check_condition(parse(line), SCOPE)


@pytest.mark.parametrize("line", _lines("refused"))
def test_an_example_of_what_is_not_the_language_is_refused(line: str) -> None:
    with pytest.raises(ExpressionError):
        parse(line)


@pytest.mark.parametrize("line", _lines("refused-by-check"))
def test_an_example_of_what_does_not_fit_is_refused(line: str) -> None:
    expression = parse(line)
    with pytest.raises(ExpressionError):
        check_condition(expression, SCOPE)


@pytest.mark.parametrize("block", _blocks("yaml"))
def test_an_example_of_a_rule_is_yaml_whose_conditions_can_be_read(block: str) -> None:
    found = re.findall(r"(?:when|false_when|otherwise): '?([^'\n]+)'?$", block, re.MULTILINE)
    for condition in found:
        parse(condition)
    assert found or yaml.safe_load(block).keys() == {"due"}


def test_there_are_examples_of_each_sort() -> None:
    for kind in ("condition", "refused", "refused-by-check", "yaml"):
        assert _lines(kind)


def test_the_truth_tables_are_those_of_the_evaluator() -> None:
    letters = {True: "T", False: "F", None: "U"}
    expected = []
    for a, b in itertools.product((True, False, None), repeat=2):
        facts: dict[str, Folded] = {
            name: value for name, value in (("a", a), ("b", b)) if value is not None
        }
        results = [evaluate(parse(each), facts) for each in ("a and b", "a or b", "not a")]
        expected.append([letters[value] for value in (a, b, *results)])
    assert _table("truth tables") == expected


def test_the_limits_are_those_of_the_source() -> None:
    assert [int(row[1]) for row in _table("limits")] == [
        parsing.MAXIMUM_LENGTH,
        parsing.MAXIMUM_DEPTH,
        normal_form.MAXIMUM_ALTERNATIVES,
        checking.LARGEST_NUMBER.bit_length() - 1,
        vocabulary_files.INTEGER_BOUND,
    ]


def test_the_units_of_deadlines_are_all_named() -> None:
    section = PAGE.split("## 期限")[1].split("## ")[0]
    assert set(re.findall(r"`([a-z_]+)`", section)) >= norm_files.DUE_UNITS


CODES = {row[0].strip("`"): row[2] for row in _table("codes")}


@pytest.mark.parametrize("code", CODES)
def test_the_example_of_a_code_is_refused_with_it(code: str) -> None:
    source = {
        "expression_too_long": "a" * (parsing.MAXIMUM_LENGTH + 1),
        "expression_too_deep": "not " * (parsing.MAXIMUM_DEPTH + 1) + "account_opened",
    }.get(code, CODES[code].strip("`"))
    with pytest.raises(ExpressionError) as caught:
        check_condition(parse(source), SCOPE)
    assert caught.value.code == code


def test_every_code_of_a_condition_is_listed() -> None:
    sources = [Path(module.__file__ or "").read_text("utf-8") for module in (parsing, checking)]
    found = {code for source in sources for code in re.findall(r'"(expression_\w+)"', source)}
    assert found | {"expression_fact_unknown", "expression_parameter_unknown"} == CODES.keys()


OPERATORS = ["or", "and", "not", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "+", "-", "*"]


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_listed(operator: str) -> None:
    section = PAGE.split("## 运算符")[1].split("## ")[0]
    assert re.search(rf"`(a )?{re.escape(operator)} (a|b|\[x, y\])`", section), operator
