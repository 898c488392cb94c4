"""Strategies: conditions of the language, and facts of which some are missing."""

from __future__ import annotations

from hypothesis import strategies as st

from fanzha.model.expressions import (
    And,
    Arithmetic,
    Compare,
    Expression,
    Literal,
    Membership,
    Name,
    Not,
    Or,
    Parameter,
)
from fanzha.model.value_types import Folded

FLAGS = ("p", "q", "r", "s")
NUMBERS = ("m", "n")
WORDS = ("u", "v")

_flag = st.sampled_from(FLAGS).map(Name)
_word = st.sampled_from(WORDS).map(Name)
_integer = st.integers(-3, 3).map(Literal)
_text = st.text(max_size=3).map(Literal)


def _numbers(parameters: bool) -> st.SearchStrategy[Expression]:
    leaves = st.sampled_from(NUMBERS).map(Name) | _integer
    if parameters:
        leaves |= st.sampled_from(("limit", "bank.day_limit.2")).map(Parameter)
    return st.recursive(
        leaves,
        lambda inner: st.builds(Arithmetic, st.sampled_from("+-*"), inner, inner),
        max_leaves=4,
    )


def conditions(*, parameters: bool = False) -> st.SearchStrategy[Expression]:
    """Conditions that are well typed over the facts below."""
    number = _numbers(parameters)
    leaves = st.one_of(
        _flag,
        st.booleans().map(Literal),
        st.builds(Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), number, number),
        st.builds(Compare, st.sampled_from(["==", "!="]), _word, _text),
        st.builds(Compare, st.sampled_from(["==", "!="]), _flag, _flag),
        st.builds(
            Membership,
            _word,
            st.lists(_text, min_size=1, max_size=3).map(tuple),
            st.booleans(),
        ),
        st.builds(
            Membership,
            number,
            st.lists(_integer, min_size=1, max_size=3).map(tuple),
            st.booleans(),
        ),
    )

    def combined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        operands = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(And, operands), st.builds(Or, operands), st.builds(Not, inner))

    return st.recursive(leaves, combined, max_leaves=10)


def facts() -> st.SearchStrategy[dict[str, Folded]]:
    """Any of the facts, each of its type; the others are missing."""
    return st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(FLAGS, st.booleans()),
            **dict.fromkeys(NUMBERS, st.integers(-3, 3)),
            **dict.fromkeys(WORDS, st.text(max_size=1)),
        },
    )
