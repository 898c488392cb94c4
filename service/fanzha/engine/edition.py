"""The law of one check type over one period, compiled: facts in, statuses of obligations out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fanzha.engine.session import MAXIMUM_BRANCHES, EngineError
from fanzha.engine.shards import Rule, Shards, count_branches
from fanzha.model.expressions import (
    Compare,
    Expression,
    Literal,
    Name,
    Not,
    names_in,
    parameters_in,
    replace,
)
from fanzha.model.interval import Interval
from fanzha.model.law import Law
from fanzha.model.normal_form import conjunction, disjunction, normal_form
from fanzha.model.norms import Definition, Obligation, Table
from fanzha.model.settling import Elements
from fanzha.model.text import Text
from fanzha.model.value_types import Folded
from fanzha.model.vocabulary import FactKind


class Status(StrEnum):
    """What one obligation comes to in one check."""

    FULFILLED = "fulfilled"
    VIOLATED = "violated"
    PENDING = "pending"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation with the numbers of its days put in."""

    obligation: Obligation
    applies: Expression
    violated: Expression
    names: tuple[str, ...]
    """The facts that it names, in order."""
    sources: frozenset[str]
    """Those, and all that elements and derived facts among them rest on."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the engine found for one check."""

    statuses: Mapping[str, Status]
    elements: Mapping[str, bool]
    """Elements that follow from the facts."""
    contradictions: tuple[str, ...]
    """Elements that were stated otherwise than the facts give; there are no statuses then."""


_Finding = tuple[tuple[str, ...], Status | None]
"""Obligations and their status; None: they apply, and what follows is still to be found."""


def overdue(obligation: str) -> str:
    """Return the name of the fact that the deadline of an obligation has passed."""
    return f"overdue:{obligation}"


class Edition:
    """Compiled once for a check type and a period between two legal dates; then only read."""

    def __init__(self, law: Law, check_type: str, period: Interval) -> None:
        self.check_type = check_type
        self.period = period
        day = period.first
        chosen = [each for each in law.obligations_of(check_type) if each.in_force.contains(day)]
        self.silent = tuple(
            sorted(
                {each.instrument for each in law.obligations_of(check_type)}
                - {each.instrument for each in chosen}
            )
        )
        """Instruments of this check type none of whose obligations bind on these days."""
        self.definitions = _definitions_for(law, check_type, day, chosen)
        self.elements = _elements(law, self.definitions.values())
        self._inputs = {
            name: fact.derivation.inputs for name, fact in law.facts.items() if fact.derivation
        }
        self.duties = {each.id: self._duty(law, each) for each in chosen}
        self.deadlines = tuple((each.id, each.due) for each in chosen if each.due is not None)
        self.sources: frozenset[str] = frozenset().union(
            *(duty.sources for duty in self.duties.values())
        )
        """Every fact that anything reads on these days."""
        self.derived = tuple(self._derivation_order())
        """Derived facts among the sources, each after those that it is derived from."""
        self._layers = [Shards(_element_rules(layer, self.elements)) for layer in self._order()]
        self._applications = _applications(self.duties.values())
        self._steps = self._steps_of_judging()

    def _duty(self, law: Law, obligation: Obligation) -> Duty:
        applies = with_numbers(law, obligation.applies)
        violated = with_numbers(law, obligation.violated)
        names = tuple(sorted(obligation.facts))
        return Duty(obligation, applies, violated, names, self._all_sources(names))

    def _all_sources(self, names: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending.extend(self._read_by_element(name))
                pending.extend(self._inputs.get(name, ()))
        return frozenset(found)

    def _derivation_order(self) -> Iterator[str]:
        left = sorted(name for name in self.sources if name in self._inputs)
        while left:
            ready = [each for each in left if not set(self._inputs[each]) & set(left)]
            # INVARIANT: the loader has refused derivations in a circle.
            assert ready, left
            yield from ready
            left = [each for each in left if each not in ready]

    def _read_by_element(self, name: str) -> frozenset[str]:
        if name not in self.elements.true_when:
            return frozenset()
        return names_in(self.elements.true_when[name]) | names_in(self.elements.false_when[name])

    def _order(self) -> list[list[str]]:
        """Return the elements in layers, each resting on those before it only."""
        layers: list[list[str]] = []
        placed: set[str] = set()
        left = sorted(self.definitions)
        while left:
            ready = [
                each
                for each in left
                if all(
                    name in placed or name not in self.definitions
                    for name in self._read_by_element(each)
                )
            ]
            # INVARIANT: the loader has refused definitions in a circle.
            assert ready, left
            layers.append(ready)
            placed.update(ready)
            left = [each for each in left if each not in placed]
        return layers

    def _steps_of_judging(self) -> list[Shards[_Finding]]:
        """Return one ruleset where all fits into it; else whether duties apply comes first.

        Most duties of an event do not apply to it: rulesets of breaches in which none applies
        are then not run.
        """
        unapplied: list[Rule[_Finding]] = [
            Rule((ids, Status.NOT_APPLICABLE), normal_form(condition, truth=False))
            for condition, ids in self._applications.items()
        ]
        at_once: list[Rule[_Finding]] = [
            *unapplied,
            *(
                rule
                for condition, ids in self._applications.items()
                for rule in self._status_rules(ids, normal_form(condition))
            ),
        ]
        if count_branches(at_once) <= MAXIMUM_BRANCHES:
            return [Shards(at_once)]
        applied: list[Rule[_Finding]] = [
            Rule((ids, None), normal_form(condition))
            for condition, ids in self._applications.items()
        ]
        of_breach = [
            rule
            for ids in self._applications.values()
            for rule in self._status_rules(ids, Name(_application(ids)), _application(ids))
        ]
        return [Shards([*unapplied, *applied]), Shards(of_breach)]

    def _status_rules(
        self, ids: Iterable[str], applies: Expression, guard: str | None = None
    ) -> Iterator[Rule[_Finding]]:
        for id_ in ids:
            duty = self.duties[id_]
            breach = conjunction(applies, normal_form(duty.violated))
            met = conjunction(applies, normal_form(duty.violated, truth=False))
            yield Rule(((id_,), Status.FULFILLED), met, guard)
            if duty.obligation.due is None:
                yield Rule(((id_,), Status.VIOLATED), breach, guard)
                continue
            passed = Name(overdue(id_))
            yield Rule(((id_,), Status.VIOLATED), conjunction(breach, passed), guard)
            yield Rule(((id_,), Status.PENDING), conjunction(breach, Not(passed)), guard)

    def judge(self, facts: Mapping[str, Folded]) -> Findings:
        """Return what follows from the facts, which are typed and folded.

        Facts may hold stated elements, and `overdue(id)` for each obligation with a deadline
        whose start is known. Raises EngineError when the engine fails.
        """
        known = dict(facts)
        derived: dict[str, bool] = {}
        contradictions: list[str] = []
        for layer in self._layers:
            for element, truth in layer.fire(known):
                if derived.setdefault(element, truth) != truth:
                    raise _inconsistent(element)
                if facts.get(element, truth) != truth:
                    contradictions.append(element)
            known.update(derived)
        if contradictions:
            return Findings({}, derived, tuple(sorted(contradictions)))
        statuses = dict.fromkeys(self.duties, Status.UNDETERMINED)
        for step in self._steps:
            for ids, status in step.fire(known):
                if status is None:
                    known[_application(ids)] = True
                    continue
                for id_ in ids:
                    if statuses[id_] is not Status.UNDETERMINED:
                        raise _inconsistent(id_)
                    statuses[id_] = status
        return Findings(statuses, derived, ())

    def close(self) -> None:
        """Give the engine's memory back."""
        for layer in self._layers:
            layer.close()
        for step in self._steps:
            step.close()


def _applications(duties: Iterable[Duty]) -> dict[Expression, tuple[str, ...]]:
    """Return the obligations by the condition under which they apply."""
    found: dict[Expression, tuple[str, ...]] = {}
    for each in duties:
        found[each.applies] = (*found.get(each.applies, ()), each.obligation.id)
    return found


def _application(ids: tuple[str, ...]) -> str:
    """Return the name of the fact that these obligations apply."""
    return f"applies:{ids[0]}"


def with_numbers(law: Law, expression: Expression) -> Expression:
    """Return the expression with parameters as their values."""
    used = {name: law.parameters[name].folded for name in parameters_in(expression)}
    return replace(expression, parameters=used) if used else expression


def _definitions_for(
    law: Law, check_type: str, day: date, obligations: Iterable[Obligation]
) -> dict[str, Definition]:
    """Return the definitions that the obligations rest on, directly or through others."""
    found: dict[str, Definition] = {}
    pending: list[str] = []
    for each in obligations:
        pending.extend(each.facts)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        definition = law.definition_of(name, check_type, day)
        if definition is not None:
            found[name] = definition
            pending.extend(definition.facts)
        elif (derivation := law.facts[name].derivation) is not None:
            pending.extend(derivation.inputs)
    return found


def _elements(law: Law, definitions: Iterable[Definition]) -> Elements:
    true_when: dict[str, Expression] = {}
    false_when: dict[str, Expression] = {}
    for each in definitions:
        true_when[each.element], false_when[each.element] = _conditions(law, each)
    stated = frozenset(fact.name for fact in law.facts.values() if fact.kind is FactKind.ELEMENT)
    return Elements(true_when, false_when, stated)


def _conditions(law: Law, definition: Definition) -> tuple[Expression, Expression]:
    if isinstance(definition.when, Table):
        return _of_table(law, definition.when, True), _of_table(law, definition.when, False)
    when = with_numbers(law, definition.when)
    if definition.false_when is None:
        return normal_form(when), normal_form(when, truth=False)
    return normal_form(when), normal_form(with_numbers(law, definition.false_when))


def _of_table(law: Law, table: Table, truth: bool) -> Expression:
    return disjunction(
        *(
            conjunction(
                *(Compare("==", Name(name), Literal(value)) for name, value in row.match),
                normal_form(with_numbers(law, row.when), truth=truth),
            )
            for row in table.rows
        )
    )


def _element_rules(layer: Iterable[str], elements: Elements) -> Iterator[Rule[tuple[str, bool]]]:
    for element in layer:
        yield Rule((element, True), elements.true_when[element])
        yield Rule((element, False), elements.false_when[element])


def _inconsistent(what: str) -> EngineError:
    return EngineError(
        Text(
            zh=f"规则引擎对 `{what}` 得出两种结果", en=f"the engine found two results for `{what}`"
        ),
        hint=Text(zh="请将该检查交给服务维护人员", en="give the check to whoever runs the service"),
    )
