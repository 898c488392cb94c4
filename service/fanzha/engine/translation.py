"""Writes atoms in the engine's own form."""

from __future__ import annotations

from typing import Any

from fanzha.engine.alternatives import Alternative
from fanzha.engine.properties import Properties
from fanzha.model.expressions import Compare, Expression, Literal, Name, Not

_OPERATORS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

Pattern = dict[str, Any]


def pattern(alternative: Alternative, properties: Properties, *fixed: Pattern) -> Pattern:
    """Return the engine's pattern that matches one fact when all atoms (and `fixed`) are true."""
    parts = list(fixed)
    for each in alternative:
        parts += _atom(each, properties)
    return parts[0] if len(parts) == 1 else {"$and": parts}


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
    if isinstance(left, Literal):
        operator, left, right = _FLIPPED[operator], right, left
    if isinstance(right, Literal):
        return [_written(operator, properties.of(left), right.value)]
    other = properties.of(right)
    # A property that is missing on the right would match whatever is on the left.
    return [
        {"$ex": {other: 1}},
        _written(operator, properties.of(left), {"$m": other}),
    ]


def _written(operator: str, left: str, compared: Any) -> Pattern:
    body = {left: compared}
    return body if operator == "==" else {_OPERATORS[operator]: body}
