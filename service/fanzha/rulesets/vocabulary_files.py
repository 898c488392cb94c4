"""Reads roles, sanction measures, facts and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from fanzha.errors import RulesetError
from fanzha.model.parsing import PARAMETER_ID
from fanzha.model.text import Text
from fanzha.model.value_types import MAXIMUM_TEXT, Kind, ValueType
from fanzha.model.vocabulary import (
    Derivation,
    Fact,
    FactKind,
    Parameter,
    Role,
    Source,
    close_roles,
)
from fanzha.rulesets.cursor import Cursor, Expected, suggest
from fanzha.rulesets.places import Places

INTEGER_BOUND = 10**15
"""The largest amount of anything that a fact may state: ten trillion yuan in fen."""

SUPPLIED_FACTS = {
    "occurred_at": Text(zh="行为发生时间", en="Time of the act"),
    "known_at": Text(zh="所述情况截止时间", en="Time up to which the facts are told"),
}
"""Facts that every check carries in itself."""

_TIMES = {Kind.DATE, Kind.DATETIME}
_FACT_TYPES = {"boolean", "integer", "string", "enum", "date", "datetime"}
_FACT_KEYS = {
    "type", "unit", "minimum", "maximum", "values", "kind", "judgment", "personal",
    "derived", "not_before", "title", "help",
}  # fmt: skip
_PARAMETER_KEYS = {
    "id", "title", "value", "unit", "applies_to", "in_force", "source", "implements",
    "grade", "note", "unused",
}  # fmt: skip


_FUNCTION = Expected(
    Text(zh="函数", en="function"),
    Text(
        zh="函数由服务或已启用的插件提供，见 `fanzha plugins list`",
        en="the service or an enabled plugin brings functions: see `fanzha plugins list`",
    ),
)
_FACT = Expected(
    Text(zh="事实", en="fact"),
    Text(zh="请先在 facts/ 中声明", en="declare it under facts/ first"),
)
_ROLE = Expected(
    Text(zh="角色", en="role"),
    Text(zh="请先在 roles.yaml 中声明", en="declare it in roles.yaml first"),
)


class Computation(Protocol):
    """What rules need to know of a function that derives facts; plugins bring them."""

    @property
    def inputs(self) -> tuple[str, ...] | Literal["any"]:
        """The kind of each input, or "any"."""

    def takes(self, count: int) -> bool:
        """Tell whether it can be given so many inputs."""

    @property
    def output(self) -> str:
        """The kind of the result."""

    @property
    def unit(self) -> str | None:
        """The unit of an integer result; None where it is that of the inputs."""


def supplied_facts() -> dict[str, Fact]:
    """Return the facts that the service takes from the check itself."""
    return {
        name: Fact(name, ValueType(Kind.DATETIME), FactKind.EVENT, title, supplied=True)
        for name, title in SUPPLIED_FACTS.items()
    }


def read_role(name: str, cursor: Cursor) -> Role:
    """Read one role; what it implies is checked when all roles are known."""
    cursor.only({"title", "is_a", "authority"})
    return Role(
        id=name,
        title=cursor.at("title").text(),
        is_a=cursor.at("is_a").strings() if cursor.has("is_a") else (),
        authority=cursor.at("authority").boolean() if cursor.has("authority") else False,
    )


def read_fact(name: str, cursor: Cursor, topic: str) -> Fact:
    """Read one fact."""
    cursor.only(_FACT_KEYS)
    _check_name(name, cursor)
    kind_word = (
        cursor.at("kind").word(set(FactKind), Text(zh="事实种类", en="kind of fact"))
        if cursor.has("kind")
        else "event"
    )
    fact = Fact(
        name=name,
        type=_fact_type(cursor),
        kind=FactKind(kind_word),
        title=cursor.at("title").text(),
        help=cursor.at("help").text() if cursor.has("help") else None,
        judgment=cursor.at("judgment").boolean() if cursor.has("judgment") else False,
        personal=cursor.at("personal").boolean() if cursor.has("personal") else False,
        derivation=_derivation(cursor),
        not_before=cursor.at("not_before").string() if cursor.has("not_before") else None,
        value_titles=_value_titles(cursor),
        topic=topic,
    )
    _check_fact(fact, cursor)
    return fact


def _check_name(name: str, cursor: Cursor) -> None:
    if not name.isidentifier() or name != name.lower() or not name.isascii():
        raise cursor.key_error(
            Text(zh=f"`{name}` 不是有效名称", en=f"`{name}` is not a valid name"),
            hint=Text(
                zh="只用小写英文字母、数字和下划线",
                en="use lower-case letters, digits and underscores only",
            ),
            code="ruleset_bad_name",
        )
    if name in SUPPLIED_FACTS:
        raise cursor.key_error(
            Text(zh=f"`{name}` 由检查本身提供", en=f"`{name}` comes from the check itself"),
            hint=Text(zh="请直接在条件中使用", en="use it in conditions without declaring it"),
            code="ruleset_name_clash",
        )


def _check_fact(fact: Fact, cursor: Cursor) -> None:
    if fact.kind is FactKind.ACT and fact.type.kind is not Kind.BOOLEAN:
        raise cursor.at("type").error(
            Text(zh="`kind: act` 的事实必须是 boolean", en="a fact of kind `act` must be boolean"),
            hint=Text(zh="请改用 `kind: event`", en="use `kind: event` for other types"),
        )
    if fact.judgment and fact.kind not in {FactKind.ELEMENT, FactKind.CIRCUMSTANCE}:
        raise cursor.at("judgment").error(
            Text(
                zh="只有 element 或 circumstance 可以是判断性事实",
                en="only an element or a circumstance can be a judgment",
            ),
            hint=Text(zh="请写 `kind: element`", en="write `kind: element`"),
        )


def _fact_type(cursor: Cursor) -> ValueType:
    word = cursor.at("type").word(_FACT_TYPES, Text(zh="类型", en="type"))
    if word == "integer":
        return _integer_type(cursor)
    if word == "enum":
        values = tuple(key for key, _ in cursor.at("values").entries())
        if not values:
            raise cursor.at("values").error(
                Text(zh="enum 没有任何值", en="an enum without values"),
                hint=Text(zh="请列出每个值及其中英文名称", en="list each value with its titles"),
            )
        for value, each in cursor.at("values").entries():
            _refuse_long(value, each)
        return ValueType(Kind.ENUM, values=values)
    for key in ("unit", "minimum", "maximum", "values"):
        if cursor.has(key):
            raise cursor.at(key).error(
                Text(zh=f"`{word}` 类型没有 `{key}`", en=f"type `{word}` has no `{key}`"),
                hint=Text(
                    zh="单位和上下限属于 integer，values 属于 enum",
                    en="units and bounds belong to `integer`, values to `enum`",
                ),
                code="ruleset_key_unknown",
            )
    return ValueType(Kind(word))


def _refuse_long(word: str, place: Cursor) -> None:
    if len(word) > MAXIMUM_TEXT:
        raise place.error(
            Text(
                zh=f"值有 {len(word)} 个字符，最多 {MAXIMUM_TEXT} 个",
                en=f"a value of {len(word)} characters, at most {MAXIMUM_TEXT} are possible",
            ),
            hint=Text(zh="请用简短的代码", en="use a short word"),
        )


def _integer_type(cursor: Cursor) -> ValueType:
    minimum = cursor.at("minimum").integer()
    maximum = cursor.at("maximum").integer()
    if not -INTEGER_BOUND <= minimum <= maximum <= INTEGER_BOUND:
        raise cursor.at("maximum").error(
            Text(
                zh=f"界限 {minimum} 至 {maximum} 无效",
                en=f"the bounds {minimum} to {maximum} cannot be used",
            ),
            hint=Text(
                zh="须 minimum ≤ maximum，且绝对值不超过 10^15",
                en="minimum <= maximum, and neither beyond 10^15",
            ),
        )
    return ValueType(
        Kind.INTEGER, unit=cursor.at("unit").string(), minimum=minimum, maximum=maximum
    )


def _value_titles(cursor: Cursor) -> Mapping[str, Text]:
    if not cursor.has("values"):
        return {}
    return {value: each.text() for value, each in cursor.at("values").entries()}


def _derivation(cursor: Cursor) -> Derivation | None:
    if not cursor.has("derived"):
        return None
    entries = list(cursor.at("derived").entries())
    if len(entries) != 1:
        raise cursor.at("derived").error(
            Text(zh="`derived` 须恰好写一个函数", en="`derived` names exactly one function"),
            hint=Text(zh="例如 {days_between: [a, b]}", en="for example {days_between: [a, b]}"),
        )
    function, inputs = entries[0]
    return Derivation(function, inputs.strings())


def check_derivations(
    facts: Mapping[str, Fact], functions: Mapping[str, Computation], places: Places
) -> list[RulesetError]:
    """Return what is wrong with derived facts: unknown names, wrong types, and circles."""
    errors: list[RulesetError] = []
    for name, fact in facts.items():
        if fact.derivation is None:
            continue
        place = places.at("fact", name, "derived")
        if place is None:
            continue
        function = functions.get(fact.derivation.function)
        if function is None:
            errors.append(_unknown(place, _FUNCTION, fact.derivation.function, functions))
        unknown = [each for each in fact.derivation.inputs if each not in facts]
        errors.extend(_unknown(place, _FACT, each, facts) for each in unknown)
        if function is not None and not unknown:
            errors.extend(_misfits(place, fact, function, facts))
        if name in _inputs_of(fact, facts):
            errors.append(
                place.error(
                    Text(zh=f"`{name}` 由自身推导", en=f"`{name}` is derived from itself"),
                    hint=Text(zh="请断开循环", en="break the circle"),
                    code="ruleset_circle",
                )
            )
    return errors


def check_orders(facts: Mapping[str, Fact], places: Places) -> Iterator[RulesetError]:
    """Go through what is wrong with `not_before`: no such time, another type, a circle."""
    for name, fact in facts.items():
        place = places.at("fact", name, "not_before")
        if fact.not_before is None or place is None:
            continue
        other = facts.get(fact.not_before)
        if other is None:
            yield _unknown(place, _FACT, fact.not_before, facts)
        elif fact.type.kind not in _TIMES or not _is_posted_beside(other, fact):
            yield place.error(
                Text(
                    zh=f"`{name}` 与 `{other.name}` 没有先后可言",
                    en=f"`{name}` and `{other.name}` are not two times of one order",
                ),
                hint=Text(
                    zh="两者须同为提交的 date 或 datetime 事实",
                    en="both must be facts that are posted, and both `date` or both `datetime`",
                ),
            )
        elif name in _earlier_than(fact, facts):
            yield place.error(
                Text(zh=f"`{name}` 不得早于自身", en=f"`{name}` cannot lie before itself"),
                hint=Text(zh="请断开循环", en="break the circle"),
                code="ruleset_circle",
            )


def _is_posted_beside(other: Fact, fact: Fact) -> bool:
    is_same_place = FactKind.CIRCUMSTANCE not in {fact.kind, other.kind} or fact.kind is other.kind
    return other.type.kind is fact.type.kind and is_same_place and not other.supplied


def _earlier_than(fact: Fact, facts: Mapping[str, Fact]) -> set[str]:
    found: set[str] = set()
    name = fact.not_before
    while name is not None and name not in found and name in facts:
        found.add(name)
        name = facts[name].not_before
    return found


def _misfits(
    place: Cursor, fact: Fact, function: Computation, facts: Mapping[str, Fact]
) -> Iterator[RulesetError]:
    derivation = fact.derivation
    assert derivation is not None
    name = derivation.function
    given = [str(facts[each].type.kind) for each in derivation.inputs]
    if function.inputs != "any" and list(function.inputs) != given:
        wanted = ", ".join(function.inputs)
        yield place.error(
            Text(
                zh=f"函数 `{name}` 需要 {wanted}，给出的是 {', '.join(given)}",
                en=f"function `{name}` takes {wanted}, not {', '.join(given)}",
            ),
            hint=Text(
                zh="请按顺序写出相应类型的事实", en="name facts of those types, in that order"
            ),
            code="ruleset_derivation_misfit",
        )
    elif not function.takes(len(given)):
        yield place.error(
            Text(
                zh=f"函数 `{name}` 不能接受 {len(given)} 个输入",
                en=f"function `{name}` does not take {len(given)} inputs",
            ),
            hint=Text(zh="请核对输入的个数", en="check how many facts it is given"),
            code="ruleset_derivation_misfit",
        )
    if function.output != fact.type.kind or (function.unit or fact.type.unit) != fact.type.unit:
        result = " ".join(filter(None, (function.output, function.unit)))
        declared = " ".join(filter(None, (fact.type.kind, fact.type.unit)))
        yield place.error(
            Text(
                zh=f"函数 `{name}` 的结果是 {result}，而 `{fact.name}` 声明为 {declared}",
                en=f"function `{name}` gives {result}, but `{fact.name}` is declared {declared}",
            ),
            hint=Text(zh=f"请把类型和单位写成 {result}", en=f"declare type and unit as {result}"),
            code="ruleset_derivation_misfit",
        )


def check_roles(roles: Mapping[str, Role], places: Places) -> list[RulesetError]:
    """Return what is wrong with the order of roles: unknown ones, and circles."""
    errors: list[RulesetError] = []
    for name, role in roles.items():
        place = places.at("role", name, "is_a")
        if place is None:
            continue
        unknown = [each for each in role.is_a if each not in roles]
        errors.extend(_unknown(place, _ROLE, each, roles) for each in unknown)
        if name in close_roles(frozenset(role.is_a), roles):
            errors.append(
                place.error(
                    Text(zh=f"角色 `{name}` 隐含自身", en=f"role `{name}` implies itself"),
                    hint=Text(zh="请断开循环", en="break the circle"),
                    code="ruleset_circle",
                )
            )
    return errors


def _inputs_of(fact: Fact, facts: Mapping[str, Fact]) -> set[str]:
    reached: set[str] = set()
    pending = list(fact.derivation.inputs) if fact.derivation else []
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        inner = facts.get(name)
        if inner is not None and inner.derivation is not None:
            pending.extend(inner.derivation.inputs)
    return reached


def _unknown(place: Cursor, what: Expected, name: str, known: Mapping[str, object]) -> RulesetError:
    return place.error(
        Text(zh=f"未知{what.name.zh} `{name}`", en=f"unknown {what.name.en} `{name}`"),
        hint=suggest(name, known) or what.hint,
        code="ruleset_word_unknown",
    )


def read_parameter(cursor: Cursor, roles: Mapping[str, Role]) -> Parameter:
    """Read one dated number; the instruments it names are checked when all are known."""
    cursor.only(_PARAMETER_KEYS)
    unit = cursor.at("unit").string()
    value = _parameter_value(cursor.at("value"))
    return Parameter(
        id=_parameter_id(cursor.at("id")),
        title=cursor.at("title").text(),
        value=value,
        unit=unit,
        type=_parameter_type(value, unit),
        applies_to=cursor.at("applies_to").words(roles, Text(zh="角色", en="role")),
        in_force=cursor.at("in_force").interval(),
        sources=_sources(cursor.at("source")),
        implements=cursor.at("implements").strings() if cursor.has("implements") else (),
        grade=cursor.at("grade").word({"A", "B"}, Text(zh="等级", en="grade")),
        note=cursor.at("note").text() if cursor.has("note") else None,
        unused=cursor.at("unused").text() if cursor.has("unused") else None,
    )


def _parameter_id(cursor: Cursor) -> str:
    name = cursor.string()
    if not PARAMETER_ID.fullmatch(name):
        raise cursor.error(
            Text(zh=f"`{name}` 不是有效名称", en=f"`{name}` is not a valid name"),
            hint=Text(
                zh="只用英文字母、数字、下划线和点，如 telecom.phone_card.maximum",
                en="use letters, digits, underscores and dots, such as telecom.phone_card.maximum",
            ),
            code="ruleset_bad_name",
        )
    return name


def _parameter_value(cursor: Cursor) -> bool | int | str | tuple[str | int, ...]:
    value = cursor.value
    if isinstance(value, bool | int):
        return value
    if isinstance(value, list):
        return tuple(
            each.value if isinstance(each.value, int) else each.string()
            for each in cursor.elements()
        )
    word = cursor.string()
    _refuse_long(word, cursor)
    return word


def _parameter_type(value: bool | int | str | tuple[str | int, ...], unit: str) -> ValueType | None:
    if isinstance(value, bool):
        return ValueType(Kind.BOOLEAN)
    if isinstance(value, str):
        return ValueType(Kind.ENUM, values=(value,))
    if isinstance(value, tuple):
        return None
    return ValueType(Kind.INTEGER, unit=unit, minimum=value, maximum=value)


def _sources(cursor: Cursor) -> tuple[Source, ...]:
    each = list(cursor.elements()) if isinstance(cursor.value, list) else [cursor]
    return tuple(
        Source(source.at("instrument").string(), source.at("pinpoint").string()) for source in each
    )
