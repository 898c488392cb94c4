"""Negation normal form: `not` pushed down to the comparisons, which have opposites of their own.

In this form a condition fires exactly when it is true, and its negation exactly when it is
false; with missing facts neither does. That is strong Kleene logic on a two-valued engine.
"""

from __future__ import annotations

from fanzha.model.expressions import (
    FALSE,
    TRUE,
    And,
    Compare,
    Expression,
    Literal,
    Membership,
    Name,
    Not,
    Or,
)

MAXIMUM_ALTERNATIVES = 60
"""What one condition may come to; the engine breaks at 64 that are true at one step."""

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def normal_form(expression: Expression, truth: bool = True) -> Expression:
    """Return a condition that is true exactly when `expression` is `truth`, without inner `not`."""
    match expression:
        case Not(operand):
            return normal_form(operand, not truth)
        case And(operands):
            parts = tuple(normal_form(operand, truth) for operand in operands)
            return _conjunction(parts) if truth else _disjunction(parts)
        case Or(operands):
            parts = tuple(normal_form(operand, truth) for operand in operands)
            return _disjunction(parts) if truth else _conjunction(parts)
        case Literal(value=bool() as value):
            return TRUE if value == truth else FALSE
        case Compare(operator, left, right) if _is_condition(left) or _is_condition(right):
            same = (operator == "==") == truth
            return normal_form(Or((And((left, right)), And((Not(left), Not(right))))), same)
        case Compare(operator, left, right, column):
            return expression if truth else Compare(_OPPOSITE[operator], left, right, column)
        case Membership(operand, values, negated, column):
            return Membership(operand, values, negated != (not truth), column)
        case _:
            return expression if truth else Not(expression)


def _is_condition(operand: Expression) -> bool:
    return isinstance(operand, And | Or | Not | Compare | Membership)


def _conjunction(parts: tuple[Expression, ...]) -> Expression:
    if FALSE in parts:
        return FALSE
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.operands if isinstance(part, And) else (part,))
    kept = tuple(dict.fromkeys(part for part in flat if part != TRUE))
    return _single_or(And, kept, TRUE)


def _disjunction(parts: tuple[Expression, ...]) -> Expression:
    if TRUE in parts:
        return TRUE
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.operands if isinstance(part, Or) else (part,))
    kept = tuple(dict.fromkeys(part for part in flat if part != FALSE))
    return _single_or(Or, kept, FALSE)


def _single_or(
    node: type[And] | type[Or], parts: tuple[Expression, ...], empty: Expression
) -> Expression:
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else node(parts)


def conjunction(*parts: Expression) -> Expression:
    """Return the parts in normal form joined by `and`."""
    return _conjunction(parts)


def disjunction(*parts: Expression) -> Expression:
    """Return the parts in normal form joined by `or`."""
    return _disjunction(parts)


def count_alternatives(expression: Expression) -> int:
    """Return how many alternatives a condition in normal form comes to in the engine.

    An `or` adds those of its parts, an `and` multiplies them; `in [..]` is one for each value,
    `not in` one.
    """
    match expression:
        case And(operands):
            product = 1
            for operand in operands:
                product *= count_alternatives(operand)
            return product
        case Or(operands):
            return sum(count_alternatives(operand) for operand in operands)
        case Membership(values=values, negated=False):
            return len(values)
        case Name() | Not() | Compare() | Membership() | Literal():
            return 1
    raise TypeError(f"{type(expression).__name__} is not a condition")
