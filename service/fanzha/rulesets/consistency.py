"""Checks that show only when everything is read: references, dates, circles, sizes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from fanzha.errors import FanzhaError
from fanzha.model.expressions import Expression, parameters_in
from fanzha.model.interval import Interval
from fanzha.model.law import Law
from fanzha.model.normal_form import (
    MAXIMUM_ALTERNATIVES,
    conjunction,
    count_alternatives,
    normal_form,
)
from fanzha.model.norms import Definition, Obligation, Table
from fanzha.model.text import Text
from fanzha.rulesets.cursor import suggest
from fanzha.rulesets.places import Places


def inconsistencies(law: Law, places: Places) -> list[FanzhaError]:
    """Return everything that does not fit together, each with its place."""
    return [
        *_parameter_sources(law, places),
        *_obligations(law, places),
        *_definitions(law, places),
        *_liabilities(law, places),
        *_circles(law, places),
    ]


def _parameter_sources(law: Law, places: Places) -> Iterator[FanzhaError]:
    for parameter in law.parameters.values():
        for source in parameter.sources:
            if source.instrument not in law.instruments:
                yield places.error(
                    "parameter",
                    parameter.id,
                    Text(
                        zh=f"没有规范性文件 `{source.instrument}`",
                        en=f"no instrument has the key `{source.instrument}`",
                    ),
                    inner="source",
                    hint=suggest(source.instrument, law.instruments)
                    or Text(
                        zh="请为该文件添加 instrument.yaml",
                        en="add a folder with an instrument.yaml for it",
                    ),
                    code="ruleset_word_unknown",
                )


def _obligations(law: Law, places: Places) -> Iterator[FanzhaError]:
    for each in law.obligations.values():
        for liability in (*each.firm, *each.possible):
            if liability not in law.liabilities:
                yield places.error(
                    "obligation",
                    each.id,
                    Text(zh=f"未知责任条款 `{liability}`", en=f"unknown liability `{liability}`"),
                    inner="liabilities",
                    hint=suggest(liability, law.liabilities)
                    or Text(
                        zh="请先写入 liabilities.yaml", en="write it into a liabilities.yaml first"
                    ),
                    code="ruleset_word_unknown",
                )
        yield from _dates(law, places, "obligation", each.id, each.in_force, each.parameters)
        for inner, condition in _sizes_of_obligation(each):
            yield from _size(places, "obligation", each.id, inner, condition)


def _sizes_of_obligation(each: Obligation) -> Iterator[tuple[str, Expression]]:
    applies = normal_form(each.applies)
    yield "applies", normal_form(each.applies, False)
    yield "violated", conjunction(applies, normal_form(each.violated))
    yield "violated", conjunction(applies, normal_form(each.violated, False))


def _key(definition: Definition) -> str:
    return f"{definition.element}@{id(definition)}"


def _definitions(law: Law, places: Places) -> Iterator[FanzhaError]:
    for each in law.definitions:
        yield from _dates(law, places, "definition", _key(each), each.in_force, each.parameters)
        for condition in each.conditions:
            inner = "table" if isinstance(each.when, Table) else "when"
            for truth in (True, False):
                yield from _size(
                    places, "definition", _key(each), inner, normal_form(condition, truth)
                )
    for one, other in itertools.combinations(law.definitions, 2):
        if one.element == other.element and _overlap(one, other):
            yield places.error(
                "definition",
                _key(other),
                Text(
                    zh=f"要件 `{one.element}` 在同一时间有两个定义",
                    en=f"element `{one.element}` has two definitions at one time",
                ),
                hint=Text(
                    zh=f"另一处：{places.where('definition', _key(one))}；请区分检查类型或日期",
                    en=f"the other is at {places.where('definition', _key(one))}; "
                    "tell them apart by check types or dates",
                ),
                code="ruleset_name_clash",
            )


def _liabilities(law: Law, places: Places) -> Iterator[FanzhaError]:
    for each in law.liabilities.values():
        read: frozenset[str] = frozenset().union(*(parameters_in(tier.when) for tier in each.tiers))
        yield from _dates(law, places, "liability", each.id, each.in_force, read)
        for tier, truth in itertools.product(each.tiers, (True, False)):
            yield from _size(places, "liability", each.id, "tiers", normal_form(tier.when, truth))


def _overlap(one: Definition, other: Definition) -> bool:
    shared = not one.check_types or not other.check_types or one.check_types & other.check_types
    ends = [each.in_force.last for each in (one, other) if each.in_force.last is not None]
    start = max(one.in_force.first, other.in_force.first)
    return bool(shared) and all(start <= end for end in ends)


def _dates(
    law: Law, places: Places, what: str, key: str, needed: Interval, read: Iterable[str]
) -> Iterator[FanzhaError]:
    for name in sorted(read):
        held = law.parameters[name].in_force
        if not held.covers(needed):
            yield places.error(
                what,
                key,
                Text(
                    zh=f"参数 `${name}` 并非始终有效（{_days(held)}，规则 {_days(needed)}）",
                    en=f"parameter `${name}` is not in force on all its days "
                    f"({_days(held)}, the rule {_days(needed)})",
                ),
                hint=Text(
                    zh="请给规则写 in_force，或按日期分成两条",
                    en="give the rule an `in_force`, or split it by date",
                ),
                code="ruleset_parameter_not_in_force",
            )


def _days(interval: Interval) -> str:
    return f"{interval.first} – {interval.last or '…'}"


def _size(
    places: Places, what: str, key: str, inner: str, condition: Expression
) -> Iterator[FanzhaError]:
    count = count_alternatives(condition)
    if count > MAXIMUM_ALTERNATIVES:
        yield places.error(
            what,
            key,
            Text(
                zh=f"条件展开后有 {count} 种可能，最多 {MAXIMUM_ALTERNATIVES} 种",
                en=f"the condition comes to {count} alternatives, "
                f"at most {MAXIMUM_ALTERNATIVES} are possible",
            ),
            inner=inner,
            hint=Text(
                zh="请改用表（table）或把部分条件写成定义",
                en="use a table, or move parts into a definition",
            ),
            code="ruleset_too_many_alternatives",
        )


def _circles(law: Law, places: Places) -> Iterator[FanzhaError]:
    reported: set[str] = set()
    for check_type in law.check_types:
        chosen = [each for each in law.definitions if each.concerns(check_type)]
        reads: dict[str, set[str]] = {}
        for each in chosen:
            reads.setdefault(each.element, set()).update(_with_inputs(law, each.facts))
        for each in chosen:
            if each.element not in reported and each.element in _reached(each.element, reads):
                reported.add(each.element)
                yield places.error(
                    "definition",
                    _key(each),
                    Text(
                        zh=f"要件 `{each.element}` 由自身定义",
                        en=f"element `{each.element}` is defined by itself",
                    ),
                    hint=Text(zh="请断开循环", en="break the circle"),
                    code="ruleset_circle",
                )


def _with_inputs(law: Law, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            derivation = law.facts[name].derivation
            pending.extend(derivation.inputs if derivation else ())
    return found


def _reached(start: str, reads: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    pending = list(reads.get(start, ()))
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(reads.get(name, ()))
    return found
