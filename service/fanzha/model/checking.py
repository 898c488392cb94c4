"""Checks a condition against the vocabulary: names, types, units and the size of numbers."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from fanzha.errors import ExpressionError, Location
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
from fanzha.model.text import Text
from fanzha.model.value_types import BOOLEAN, Kind, ValueType

LARGEST_NUMBER = 2**62
"""Beyond this the engine's 64-bit arithmetic could wrap."""

_ORDERED = {Kind.INTEGER, Kind.DATE, Kind.DATETIME}
_KIND_ZH = {
    Kind.BOOLEAN: "是非值",
    Kind.INTEGER: "整数",
    Kind.STRING: "文字",
    Kind.ENUM: "枚举值",
    Kind.DATE: "日期",
    Kind.DATETIME: "时间",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The facts and parameters that a condition may read, with their types."""

    facts: Mapping[str, ValueType]
    parameters: Mapping[str, ValueType]
    elsewhere: Mapping[str, Text] = field(default_factory=dict)
    """Names that exist but cannot be read here (parameters with `$`), and what to do instead."""
    personal: Collection[str] = frozenset()
    """Facts of which a record keeps a digest: a condition that reads more of one than whether it
    is a text that stands in the condition could not be judged again."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """The type of a value, its folded bounds, and whether it is a bare number."""

    type: ValueType
    low: int = 0
    high: int = 0
    literal: bool = False
    period: bool = False

    @property
    def name(self) -> Text:
        unit = self.type.unit
        if self.period:
            return Text(zh="时长", en="a length of time")
        zh, en = _KIND_ZH[self.type.kind], str(self.type.kind)
        return Text(zh=f"{zh}（{unit}）", en=f"{en} ({unit})") if unit else Text(zh=zh, en=en)


def check_condition(expression: Expression, scope: Scope) -> None:
    """Raise ExpressionError at the first thing that does not fit; return nothing otherwise."""
    match expression:
        case And(operands) | Or(operands):
            for operand in operands:
                check_condition(operand, scope)
        case Not(operand):
            check_condition(operand, scope)
        case Compare():
            _check_comparison(expression, scope)
        case Membership():
            _check_membership(expression, scope)
        case Literal(value=bool()):
            return
        case _:
            found = _type_of(expression, scope)
            if found.type.kind is not Kind.BOOLEAN:
                raise _error(
                    expression,
                    Text(
                        zh=f"此处需要是非值，实为{found.name.zh}",
                        en=f"expected yes or no, found {found.name.en}",
                    ),
                    Text(zh="请写成比较", en="write a comparison"),
                    "expression_type",
                )


def _check_comparison(expression: Compare, scope: Scope) -> None:
    left, right = _type_of(expression.left, scope), _type_of(expression.right, scope)
    _check_same(expression, left, right)
    _check_value(expression, left, right)
    _check_value(expression, right, left)
    _check_kept(expression.left, left, right, scope)
    _check_kept(expression.right, right, left, scope)
    if expression.operator not in {"==", "!="} and left.type.kind not in _ORDERED:
        raise _error(
            expression,
            Text(
                zh=f"{left.name.zh} 没有大小之分",
                en=f"{left.name.en} values have no order",
            ),
            Text(zh="请用 == 或 in [..]", en="use == or in [..]"),
            "expression_type",
        )


def _check_membership(expression: Membership, scope: Scope) -> None:
    operand = _type_of(expression.operand, scope)
    for value in expression.values:
        if not isinstance(value, Literal | Parameter):
            raise _error(
                value,
                Text(zh="列表中只能写值", en="a list holds values only"),
                Text(zh="请用 == 比较两个事实", en="compare two facts with =="),
                "expression_not_allowed",
            )
        listed = _type_of(value, scope)
        _check_same(value, operand, listed)
        _check_value(value, operand, listed)
        _check_kept(expression.operand, operand, listed, scope)


def _check_kept(place: Expression, operand: _Typed, other: _Typed, scope: Scope) -> None:
    # Of a truth or an enum's value the digest tells which; of a text only whether it is this one.
    if operand.type.kind is not Kind.STRING or other.literal:
        return
    if isinstance(place, Name) and place.id in scope.personal:
        raise _personal(place, place.id)


def _personal(place: Expression, name: str) -> ExpressionError:
    return _error(
        place,
        Text(
            zh=f"`{name}` 是个人信息，只存摘要，不能这样读取",
            en=f"`{name}` is personal and kept as a digest only: it cannot be read like this",
        ),
        Text(
            zh="文字只能与写明的值比较：== 'x'；其他请写成派生事实（derived），其值会保存",
            en="compare a text with values that are written out: == 'x'; for anything else derive "
            "a fact, whose value is kept",
        ),
        "expression_personal",
    )


def _check_same(place: Expression, left: _Typed, right: _Typed) -> None:
    if left.type.kind is not right.type.kind and not _text_for_enum(left, right):
        raise _error(
            place,
            Text(
                zh=f"不能比较{left.name.zh}与{right.name.zh}",
                en=f"cannot compare {left.name.en} with {right.name.en}",
            ),
            Text(zh="两边须为同一类型", en="both sides must be of one type"),
            "expression_type",
        )
    if left.type.kind is Kind.INTEGER:
        _check_units(place, left, right)


def _text_for_enum(left: _Typed, right: _Typed) -> bool:
    kinds = {left.type.kind, right.type.kind}
    return kinds == {Kind.ENUM, Kind.STRING} and (left.literal or right.literal)


def _check_units(place: Expression, left: _Typed, right: _Typed) -> None:
    for one, other in ((left, right), (right, left)):
        if one.literal and (not other.period or one.low == 0):
            return
    if left.period and right.period:
        return
    if left.period != right.period or left.type.unit != right.type.unit:
        raise _error(
            place,
            Text(
                zh=f"单位不一致：{left.name.zh} 与 {right.name.zh}",
                en=f"units differ: {left.name.en} and {right.name.en}",
            ),
            Text(
                zh="两边须为同一单位；时长请与参数比较",
                en="both sides need one unit; compare lengths of time with a parameter",
            ),
            "expression_unit",
        )


def _check_value(place: Expression, enum: _Typed, value: _Typed) -> None:
    if enum.type.kind is not Kind.ENUM:
        return
    # Two facts need to share one value only: each may have values that the other has not.
    if not value.literal and set(enum.type.values) & set(value.type.values):
        return
    for word in value.type.values:
        if enum.type.values and word not in enum.type.values:
            raise _error(
                place,
                Text(zh=f"没有值 `{word}`", en=f"there is no value `{word}`"),
                _nearest_value(word, enum.type.values),
                "expression_value_unknown",
            )


def _nearest_value(word: str, values: Collection[str]) -> Text:
    near = difflib.get_close_matches(word, values, n=1, cutoff=0.6)
    if near:
        return Text(zh=f"是否应为 `{near[0]}`", en=f"did you mean `{near[0]}`")
    return Text(zh="可用的值：" + "、".join(values), en="values: " + ", ".join(values))


def _type_of(expression: Expression, scope: Scope) -> _Typed:
    match expression:
        case Name(id=id_):
            what = Text(zh="事实", en="fact")
            found = _look_up(expression, id_, scope.facts, what, scope.elsewhere)
            if found.kind in _ORDERED and id_ in scope.personal:
                raise _personal(expression, id_)
            return _bounded(expression, _typed(found))
        case Parameter(id=id_):
            what = Text(zh="参数", en="parameter")
            found = _look_up(expression, id_, scope.parameters, what, scope.elsewhere, "$")
            return _bounded(expression, _typed(found))
        case Literal(value=bool()):
            return _Typed(BOOLEAN, literal=True)
        case Literal(value=int() as value):
            return _bounded(expression, _Typed(ValueType(Kind.INTEGER), value, value, literal=True))
        case Literal(value=value):
            return _Typed(ValueType(Kind.STRING, values=(str(value),)), literal=True)
        case Arithmetic():
            return _arithmetic(expression, scope)
    check_condition(expression, scope)
    return _Typed(BOOLEAN)


def _typed(type_: ValueType) -> _Typed:
    if type_.kind not in _ORDERED:
        return _Typed(type_)
    low, high = type_.bounds()
    return _Typed(type_, low, high, period=type_.is_period)


def _arithmetic(expression: Arithmetic, scope: Scope) -> _Typed:
    left, right = _type_of(expression.left, scope), _type_of(expression.right, scope)
    type_, period = _arithmetic_type(expression, left, right)
    corners = {
        "+": (left.low + right.low, left.high + right.high),
        "-": (left.low - right.high, left.high - right.low),
    }.get(expression.operator)
    if corners is None:
        products = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        corners = (min(products), max(products))
    literal = left.literal and right.literal
    return _bounded(expression, _Typed(type_, corners[0], corners[1], literal, period))


def _arithmetic_type(expression: Arithmetic, left: _Typed, right: _Typed) -> tuple[ValueType, bool]:
    kinds = (left.type.kind, right.type.kind)
    integer = ValueType(Kind.INTEGER, unit=left.type.unit or right.type.unit)
    if kinds == (Kind.INTEGER, Kind.INTEGER):
        if expression.operator == "*":
            return _product_type(left, right)
        _check_units(expression, left, right)
        return integer, left.period or right.period
    if kinds == (Kind.DATETIME, Kind.INTEGER) and expression.operator in "+-" and right.period:
        return left.type, False
    if kinds == (Kind.INTEGER, Kind.DATETIME) and expression.operator == "+" and left.period:
        return right.type, False
    if kinds == (Kind.DATETIME, Kind.DATETIME) and expression.operator == "-":
        return ValueType(Kind.INTEGER, unit="seconds"), True
    raise _error(
        expression,
        Text(
            zh=f"不能计算 {left.name.zh} {expression.operator} {right.name.zh}",
            en=f"cannot compute {left.name.en} {expression.operator} {right.name.en}",
        ),
        Text(
            zh="整数可加减乘；时间可加减时长",
            en="integers add, subtract and multiply; a length of time is added to a datetime",
        ),
        "expression_type",
    )


def _product_type(left: _Typed, right: _Typed) -> tuple[ValueType, bool]:
    # A share of an amount counts in the amount's unit, a plain number of things in theirs.
    units = [each.type.unit for each in (left, right) if each.type.unit not in {None, "percent"}]
    if len(units) == 2:
        return ValueType(Kind.INTEGER, unit=f"{units[0]}*{units[1]}"), False
    unit = units[0] if units else left.type.unit or right.type.unit
    return ValueType(Kind.INTEGER, unit=unit), left.period or right.period


def _bounded(expression: Expression, typed: _Typed) -> _Typed:
    if not -LARGEST_NUMBER < typed.low <= typed.high < LARGEST_NUMBER:
        raise _error(
            expression,
            Text(zh="结果可能超出 62 位整数", en="the result could pass 62 bits"),
            Text(zh="请收紧事实的上下限", en="narrow the bounds of the facts"),
            "expression_overflow",
        )
    return typed


def _look_up(
    place: Expression,
    id_: str,
    known: Mapping[str, ValueType],
    what: Text,
    elsewhere: Mapping[str, Text],
    sign: str = "",
) -> ValueType:
    if id_ in known:
        return known[id_]
    name = f"{sign}{id_}"
    if name in elsewhere:
        raise _error(
            place,
            Text(
                zh=f"此处不能使用{what.zh} `{name}`", en=f"{what.en} `{name}` cannot be read here"
            ),
            elsewhere[name],
            f"expression_{what.en}_unknown",
        )
    raise _error(
        place,
        Text(zh=f"未知{what.zh} `{name}`", en=f"unknown {what.en} `{name}`"),
        _suggestion(id_, known, sign),
        f"expression_{what.en}_unknown",
    )


def _suggestion(word: str, known: Collection[str], sign: str = "") -> Text:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return Text(zh=f"是否应为 `{sign}{near[0]}`", en=f"did you mean `{sign}{near[0]}`")
    return Text(
        zh="请先在 facts/ 或 parameters/ 中声明",
        en="declare it under facts/ or parameters/ first",
    )


def _error(place: Expression, message: Text, hint: Text, code: str) -> ExpressionError:
    return ExpressionError(message, code=code, hint=hint, where=Location(column=place.column))
