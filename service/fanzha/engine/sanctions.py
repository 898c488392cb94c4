"""Which tier of which liability is true: violations joined with circumstances by the engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fanzha.engine.alternatives import Alternative, alternatives
from fanzha.engine.edition import with_numbers
from fanzha.engine.properties import Properties
from fanzha.engine.session import MAXIMUM_BRANCHES, RESERVED, EngineError, Session
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
_Key = tuple[str, int, bool]
"""Liability, position of the tier, and whether its condition is true or false."""


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

    def _compile(self) -> Iterator[_Shard]:
        shard = _Shard()
        for liability in self._liabilities.values():
            bound = disjunction(*(_role(each) for each in sorted(liability.binds)))
            for position, condition in enumerate(self.conditions[liability.id]):
                for truth in (True, False):
                    reached = conjunction(bound, normal_form(condition, truth=truth))
                    for each in alternatives(reached):
                        if len(shard.meaning) == MAXIMUM_BRANCHES:
                            yield shard
                            shard = _Shard()
                        shard.add((liability.id, position, truth), each)
        if shard.meaning:
            yield shard

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
        for shard in self._shards:
            for liability, position, truth in shard.fire(facts, bound):
                state = TierState.TRUE if truth else TierState.FALSE
                if states.setdefault((liability, position), state) is not state:
                    raise _inconsistent(liability)
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

    def rest(self) -> None:
        """Give nothing back: no state of the engine stays from one call to the next."""

    def close(self) -> None:
        """Give the engine's memory back."""
        for shard in self._shards:
            shard.close()


class _Shard:
    """Rules that join one violation with the circumstances."""

    def __init__(self) -> None:
        self.meaning: dict[str, _Key] = {}
        self._rules: dict[str, Any] = {}
        self._properties = Properties((*RESERVED, _LIABILITY))
        self._session: Session | None = None

    def add(self, key: _Key, circumstances: Alternative) -> None:
        name = str(len(self.meaning))
        self.meaning[name] = key
        self._rules[name] = {
            "all": [
                {_VIOLATION: {_LIABILITY: key[0]}},
                {_CIRCUMSTANCES: pattern(circumstances, self._properties)},
            ]
        }

    def fire(self, facts: Mapping[str, Folded], reached: Collection[str]) -> set[_Key]:
        here = sorted({key[0] for key in self.meaning.values()} & set(reached))
        if not here:
            return set()
        self._session = self._session or Session(self._rules)
        violations = ({_LIABILITY: liability} for liability in here)
        fired = self._session.fire(self._properties.values(facts), *violations)
        return {self.meaning[name] for name in fired}

    def close(self) -> None:
        if self._session is not None:
            self._session.close()


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
