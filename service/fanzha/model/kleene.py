"""The reference evaluator: strong Kleene logic in plain Python.

It explains decisions and is what the engine is tested against; it never decides.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

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

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPUTE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def evaluate(expression: Expression, facts: Mapping[str, Folded]) -> bool | None:
    """Return whether the condition is true, false, or (None) unknown for want of facts."""
    match expression:
        case And(operands):
            return _all(evaluate(operand, facts) for operand in operands)
        case Or(operands):
            return _not(_all(_not(evaluate(operand, facts)) for operand in operands))
        case Not(operand):
            return _not(evaluate(operand, facts))
        case Compare(symbol, left, right):
            one, other = value_of(left, facts), value_of(right, facts)
            return None if one is None or other is None else _COMPARE[symbol](one, other)
        case Membership(operand, values, negated):
            one = value_of(operand, facts)
            listed = [value_of(value, facts) for value in values]
            return None if one is None else (one in listed) != negated
        case _:
            value = value_of(expression, facts)
            return None if value is None else bool(value)


def value_of(expression: Expression, facts: Mapping[str, Folded]) -> Folded | None:
    """Return the value of an operand, or None where a fact that it needs is missing."""
    match expression:
        case Literal(value=value):
            return value
        case Name(id=id_):
            return facts.get(id_)
        case Arithmetic(symbol, left, right):
            one, other = value_of(left, facts), value_of(right, facts)
            return None if one is None or other is None else _COMPUTE[symbol](one, other)
        case Parameter(id=id_):
            raise TypeError(f"parameter {id_} has no value yet: an edition replaces it")
    return evaluate(expression, facts)


def _all(values: Any) -> bool | None:
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value
