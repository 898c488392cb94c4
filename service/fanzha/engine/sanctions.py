"""Which tier of which liability is true: violations joined with circumstances by the engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fanzha.engine.alternatives import alternatives
from fanzha.engine.edition import with_numbers
from fanzha.engine.properties import Properties
from fanzha.engine.session import MAXIMUM_BRANCHES, RESERVED, EngineError, Session
from fanzha.engine.shards import SEPARATOR
from fanzha.engine.translation import pattern
from fanzha.model.expressions import Expression, Name
from fanzha.model.interval import Interval
from fanzha.model.law import Law
from fanzha.model.normal_form import conjunction, disjunction, normal_form
from fanzha.model.sanctions import Liability
from fanzha.model.text import Text
from fanzha.model.value_types import Folded

_LIABILITY = "liability"
_VIOLATION, _CIRCUMSTANCES = "v", "c"


class TierState(StrEnum):
    """Whether a tier's condition on the circumstances is met."""

    TRUE = "true"
    FALSE = "false"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Reach:
    """A liability that a violation reaches, with the state of each of its tiers, in order."""

    liability: Liability
    tiers: tuple[TierState, ...]


class SanctionEdition:
    """All liabilities of a period, compiled once; then only read."""

    def __init__(self, law: Law, period: Interval) -> None:
        self.period = period
        self.conditions: dict[str, tuple[Expression, ...]] = {}
        """Liability -> the condition of each tier, with its numbers put in."""
        self._liabilities: dict[str, Liability] = {}
        for each in law.liabilities.values():
            if each.in_force.contains(period.first):
                self._liabilities[each.id] = each
                self.conditions[each.id] = tuple(
                    with_numbers(law, tier.when) for tier in each.tiers
                )
        self._shards = list(self._compile())

    def _compile(self) -> Iterator[tuple[Session, Properties, frozenset[str]]]:
        rules: dict[str, Any] = {}
        properties, held = Properties((*RESERVED, _LIABILITY)), set[str]()
        for number, liability in enumerate(self._liabilities.values()):
            made = self._rules_of(str(number), liability, properties)
            if rules and len(rules) + len(made) > MAXIMUM_BRANCHES:
                yield Session(rules), properties, frozenset(held)
                rules, held = {}, set()
                properties = Properties((*RESERVED, _LIABILITY))
                made = self._rules_of(str(number), liability, properties)
            rules |= made
            held.add(liability.id)
        if rules:
            yield Session(rules), properties, frozenset(held)

    def _rules_of(
        self, number: str, liability: Liability, properties: Properties
    ) -> dict[str, Any]:
        bound = disjunction(*(_role(each) for each in sorted(liability.binds)))
        made: dict[str, Any] = {}
        for position, condition in enumerate(self.conditions[liability.id]):
            for sign, truth in (("+", True), ("-", False)):
                reached = conjunction(bound, normal_form(condition, truth=truth))
                for branch, each in enumerate(alternatives(reached)):
                    name = f"{number}{SEPARATOR}{position}{SEPARATOR}{sign}{SEPARATOR}{branch}"
                    made[name] = {
                        "all": [
                            {_VIOLATION: {_LIABILITY: liability.id}},
                            {_CIRCUMSTANCES: pattern(each, properties)},
                        ]
                    }
        return made

    def judge(
        self,
        reached: Iterable[str],
        circumstances: Mapping[str, Folded],
        roles: Collection[str],
    ) -> tuple[Reach, ...]:
        """Return the liabilities in force that bind one of the (closed) roles, with their tiers.

        `reached` are the ids that violations name. Raises EngineError when the engine fails.
        """
        wanted = {each for each in reached if each in self._liabilities}
        bound = {id_ for id_ in wanted if self._liabilities[id_].binds & set(roles)}
        facts = {**circumstances, **{_role(each).id: True for each in roles}}
        states: dict[tuple[str, int], TierState] = {}
        ids = list(self._liabilities)
        for session, properties, held in self._shards:
            here = sorted(bound & held)
            if not here:
                continue
            fired = session.fire(
                properties.values(facts), *({_LIABILITY: liability} for liability in here)
            )
            for name in fired:
                number, position, sign, _ = name.split(SEPARATOR)
                key = (ids[int(number)], int(position))
                state = TierState.TRUE if sign == "+" else TierState.FALSE
                if states.setdefault(key, state) is not state:
                    raise _inconsistent(key[0])
        return tuple(
            Reach(
                self._liabilities[id_],
                tuple(
                    states.get((id_, position), TierState.OPEN)
                    for position in range(len(self._liabilities[id_].tiers))
                ),
            )
            for id_ in self._liabilities
            if id_ in bound
        )

    def close(self) -> None:
        """Give the engine's memory back."""
        for session, _, _ in self._shards:
            session.close()


def _role(role: str) -> Name:
    return Name(f"role:{role}")


def _inconsistent(liability: str) -> EngineError:
    return EngineError(
        Text(
            zh=f"规则引擎对责任条款 `{liability}` 得出两种结果",
            en=f"the engine found two results for liability `{liability}`",
        ),
        hint=Text(zh="请将该检查交给服务维护人员", en="give the check to whoever runs the service"),
    )
