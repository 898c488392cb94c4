"""Writes atoms in the engine's own form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fanzha.engine.alternatives import Alternative
from fanzha.engine.properties import Properties
from fanzha.model.expressions import Compare, Expression, Name, Not, names_in
from fanzha.model.kleene import value_of

_OPERATORS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

Pattern = dict[str, Any]


def pattern(alternative: Alternative, properties: Properties) -> Pattern:
    """Return the engine's pattern that matches one fact when all atoms are true."""
    parts = [part for each in alternative for part in _atom(each, properties)]
    return parts[0] if len(parts) == 1 else {"$and": parts}


def operands(alternative: Alternative) -> Iterator[Expression]:
    """Return the facts and computed operands that become properties of the engine's facts."""
    for each in alternative:
        match each:
            case Name():
                yield each
            case Not(operand):
                yield operand
            case Compare(_, left, right):
                yield from (side for side in (left, right) if names_in(side))


def _atom(atom: Expression, properties: Properties) -> list[Pattern]:
    match atom:
        case Name():
            return [{properties.of(atom): True}]
        case Not(operand=Name() as name):
            return [{properties.of(name): False}]
        case Compare(operator, left, right):
            return _comparison(operator, left, right, properties)
    raise TypeError(f"{type(atom).__name__} is no atom")


def _comparison(
    operator: str, left: Expression, right: Expression, properties: Properties
) -> list[Pattern]:
    if not names_in(left):
        operator, left, right = _FLIPPED[operator], right, left
    if not names_in(right):
        return [_written(operator, properties.of(left), value_of(right, {}))]
    other = properties.of(right)
    # A property that is missing on the right would match whatever is on the left.
    return [
        {"$ex": {other: 1}},
        _written(operator, properties.of(left), {"$m": other}),
    ]


def _written(operator: str, left: str, compared: Any) -> Pattern:
    body = {left: compared}
    return body if operator == "==" else {_OPERATORS[operator]: body}
