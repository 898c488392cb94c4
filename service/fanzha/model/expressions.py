"""Conditions as data: what the parser makes, and what everything else reads.

Nodes are equal when they say the same; the column (from 1) is only there for error messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fanzha.model.value_types import Folded


@dataclass(frozen=True, slots=True)
class Name:
    """A fact."""

    id: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated number of the law, written `$id`."""

    id: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out, or a parameter's value once an edition is made."""

    value: Folded
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left + right`, `left - right` or `left * right`, on integers and times."""

    operator: str
    left: Expression
    right: Expression
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison; the operator is one of `== != < <= > >=`."""

    operator: str
    left: Expression
    right: Expression
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """`operand in [values]`, or `not in` when negated; values are literals or parameters."""

    operand: Expression
    values: tuple[Expression, ...]
    negated: bool = False
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """True when all operands are."""

    operands: tuple[Expression, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """True when one operand is."""

    operands: tuple[Expression, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True when the operand is false."""

    operand: Expression
    column: int = field(default=1, compare=False)


Expression = Name | Parameter | Literal | Arithmetic | Compare | Membership | And | Or | Not

TRUE = Literal(True)
FALSE = Literal(False)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of an expression, left to right."""
    match expression:
        case Arithmetic(_, left, right) | Compare(_, left, right):
            return (left, right)
        case Membership(operand, values):
            return (operand, *values)
        case And(operands) | Or(operands):
            return operands
        case Not(operand):
            return (operand,)
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Go through an expression and all its parts, outermost first."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def names_in(expression: Expression) -> frozenset[str]:
    """Return the facts that an expression reads."""
    return frozenset(node.id for node in walk(expression) if isinstance(node, Name))


def parameters_in(expression: Expression) -> frozenset[str]:
    """Return the parameters that an expression reads."""
    return frozenset(node.id for node in walk(expression) if isinstance(node, Parameter))


def replace(
    expression: Expression,
    *,
    parameters: Mapping[str, Folded] | None = None,
    names: Mapping[str, Expression] | None = None,
) -> Expression:
    """Return the expression with some parameters as literals and some names as expressions."""

    def go(node: Expression) -> Expression:
        match node:
            case Name(id=id_) if names and id_ in names:
                return names[id_]
            case Parameter(id=id_, column=column) if parameters and id_ in parameters:
                return Literal(parameters[id_], column)
            case Arithmetic(operator, left, right, column):
                return Arithmetic(operator, go(left), go(right), column)
            case Compare(operator, left, right, column):
                return Compare(operator, go(left), go(right), column)
            case Membership(operand, values, negated, column):
                return Membership(go(operand), tuple(map(go, values)), negated, column)
            case And(operands, column):
                return And(tuple(map(go, operands)), column)
            case Or(operands, column):
                return Or(tuple(map(go, operands)), column)
            case Not(operand, column):
                return Not(go(operand), column)
            case _:
                return node

    return go(expression)


_PRECEDENCE = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "atom": 7}


def render(expression: Expression) -> str:
    """Return the expression as a rule author would write it."""
    return _render(expression)[0]


def _render(expression: Expression) -> tuple[str, int]:
    match expression:
        case Name(id=id_):
            return id_, _PRECEDENCE["atom"]
        case Parameter(id=id_):
            return f"${id_}", _PRECEDENCE["atom"]
        case Literal(value=bool() as value):
            return str(value).lower(), _PRECEDENCE["atom"]
        case Literal(value=value):
            return repr(value), _PRECEDENCE["atom"]
        case Arithmetic(operator, left, right):
            level = _PRECEDENCE[operator]
            return f"{_inside(left, level)} {operator} {_inside(right, level + 1)}", level
        case Compare(operator, left, right):
            level = _PRECEDENCE["compare"]
            return f"{_inside(left, level + 1)} {operator} {_inside(right, level + 1)}", level
        case Membership(operand, values, negated):
            level = _PRECEDENCE["compare"]
            listed = ", ".join(render(value) for value in values)
            word = "not in" if negated else "in"
            return f"{_inside(operand, level + 1)} {word} [{listed}]", level
        case And(operands):
            level = _PRECEDENCE["and"]
            return " and ".join(_inside(each, level + 1) for each in operands), level
        case Or(operands):
            level = _PRECEDENCE["or"]
            return " or ".join(_inside(each, level + 1) for each in operands), level
        case Not(operand):
            return f"not {_inside(operand, _PRECEDENCE['not'])}", _PRECEDENCE["not"]
    raise TypeError(type(expression).__name__)


def _inside(expression: Expression, level: int) -> str:
    text, own = _render(expression)
    return text if own >= level else f"({text})"
