"""The law of one check type over one period, compiled: facts in, statuses of obligations out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from fanzha.engine.properties import Properties
from fanzha.engine.session import MAXIMUM_BRANCHES, RESERVED
from fanzha.engine.shards import Rule, Shards
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
from fanzha.model.normal_form import (
    conjunction,
    count_alternatives,
    disjunction,
    normal_form,
)
from fanzha.model.norms import Definition, Obligation, Table
from fanzha.model.settling import Elements
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


class Findings(NamedTuple):
    """What the engine found for one check."""

    statuses: Mapping[str, Status]
    elements: Mapping[str, bool]
    """Elements that follow from the facts."""
    contradictions: tuple[str, ...]
    """Elements that were stated otherwise than the facts give; there are no statuses then."""


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
        self._properties = Properties(RESERVED)
        self._layers = [
            Shards(self._element_rules(layer), self._properties) for layer in self._order()
        ]
        self._applications = self._applications_apart()
        self._application_rules = Shards(
            (
                Rule(name, True, normal_form(condition))
                for condition, name in self._applications.items()
            ),
            self._properties,
        )
        self._status_rules = Shards(
            (rule for duty in self.duties.values() for rule in self._rules_of(duty)),
            self._properties,
        )
        self._undetermined = dict.fromkeys(self.duties, Status.UNDETERMINED)

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

    def _element_rules(self, layer: Iterable[str]) -> Iterator[Rule[bool]]:
        for element in layer:
            yield Rule(element, True, self.elements.true_when[element])
            yield Rule(element, False, self.elements.false_when[element])

    def _applications_apart(self) -> dict[Expression, str]:
        """Return conditions that are judged before the statuses, and the facts that they become.

        Conditions to apply and to be in breach are judged together, as the product of their
        alternatives. That is quick while it is small, and it nearly always is.
        """
        return {
            duty.applies: f"applies:{id_}"
            for id_, duty in self.duties.items()
            if any(
                count_alternatives(conjunction(normal_form(duty.applies), violated))
                > MAXIMUM_BRANCHES
                for violated in (normal_form(duty.violated, truth) for truth in (True, False))
            )
        }

    def _rules_of(self, duty: Duty) -> Iterator[Rule[Status]]:
        id_ = duty.obligation.id
        yield Rule(id_, Status.NOT_APPLICABLE, normal_form(duty.applies, truth=False))
        apart = self._applications.get(duty.applies)
        applies = normal_form(duty.applies) if apart is None else Name(apart)
        breach = conjunction(applies, normal_form(duty.violated))
        yield Rule(
            id_, Status.FULFILLED, conjunction(applies, normal_form(duty.violated, truth=False))
        )
        if duty.obligation.due is None:
            yield Rule(id_, Status.VIOLATED, breach)
        else:
            passed = Name(overdue(id_))
            yield Rule(id_, Status.VIOLATED, conjunction(breach, passed))
            yield Rule(id_, Status.PENDING, conjunction(breach, Not(passed)))

    def judge(self, facts: Mapping[str, Folded]) -> Findings:
        """Return what follows from the facts, which are typed and folded.

        Facts may hold stated elements, and `overdue(id)` for each obligation with a deadline
        whose start is known. Raises EngineError when the engine fails.
        """
        known = self._properties.written(facts)
        derived: dict[str, bool] = {}
        for layer in self._layers:
            found = layer.fire(known)
            self._properties.learn(known, found)
            derived.update(found)
        contradicted = [
            name for name, truth in derived.items() if name in facts and facts[name] != truth
        ]
        if contradicted:
            return Findings({}, derived, tuple(sorted(contradicted)))
        if self._applications:
            self._properties.learn(known, self._application_rules.fire(known))
        return Findings(self._undetermined | self._status_rules.fire(known), derived, ())

    def rest(self) -> None:
        """Give back what only speed needs; it comes again with the next check."""
        for each in self._all_rules():
            each.rest()

    def close(self) -> None:
        """Give the engine's memory back."""
        for each in self._all_rules():
            each.close()

    def _all_rules(self) -> Iterator[Shards[Any]]:
        yield from self._layers
        yield self._application_rules
        yield self._status_rules


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
