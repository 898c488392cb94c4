"""Spreads rules over as many rulesets as the engine's limits ask for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from fanzha.engine.alternatives import Alternative, alternatives
from fanzha.engine.properties import Properties
from fanzha.engine.session import MAXIMUM_BRANCHES, MAXIMUM_PROPERTIES, RESERVED, Session
from fanzha.engine.translation import Pattern, pattern
from fanzha.model.expressions import Expression
from fanzha.model.value_types import Folded

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Key]):
    """A condition in normal form, and the key that stands for its being true."""

    key: Key
    condition: Expression
    guard: str | None = None
    """A fact without which the condition cannot be true: rulesets in which no guard is true are
    not run. None: always run."""


def count_branches(rules: Iterable[Rule[Key]]) -> int:
    """Return how many alternatives the rules come to together."""
    return sum(len(alternatives(rule.condition)) for rule in rules)


class Shards(Generic[Key]):
    """A set of rules over one fact, in rulesets that each keep to the engine's limits."""

    def __init__(self, rules: Iterable[Rule[Key]]) -> None:
        self._always: set[Key] = set()
        self._shards: list[_Compiled[Key]] = []
        shard = _Shard[Key]()
        for rule in rules:
            for each in alternatives(rule.condition):
                if not each:
                    self._always.add(rule.key)
                    break
                if not shard.has_room(each):
                    self._add(shard)
                    shard = _Shard()
                shard.add(rule.key, each, rule.guard)
        self._add(shard)

    def _add(self, shard: _Shard[Key]) -> None:
        if shard.patterns:
            self._shards.append(shard.compiled())

    def fire(self, facts: Mapping[str, Folded]) -> set[Key]:
        """Return the keys of the rules whose conditions are true of the facts."""
        keys = set(self._always)
        for each in self._shards:
            if each.may_fire(facts):
                fired = each.session.fire(each.properties.values(facts))
                keys.update([each.meaning[name] for name in fired])
        return keys

    def close(self) -> None:
        """Give the engine's memory back."""
        for each in self._shards:
            each.session.close()


class _Compiled(NamedTuple, Generic[Key]):
    session: Session
    properties: Properties
    meaning: Mapping[str, Key]
    """The engine's name of a rule -> the key that it stands for."""
    guards: frozenset[str | None]

    def may_fire(self, facts: Mapping[str, Folded]) -> bool:
        return any(guard is None or facts.get(guard) is True for guard in self.guards)


class _Shard(Generic[Key]):
    def __init__(self) -> None:
        self.patterns: list[tuple[Key, Pattern]] = []
        self._guards: set[str | None] = set()
        self._properties = Properties(RESERVED)

    def has_room(self, alternative: Alternative) -> bool:
        # At most two new properties a comparison: one for each side.
        properties = len(self._properties) + 2 * len(alternative)
        return len(self.patterns) < MAXIMUM_BRANCHES and properties <= MAXIMUM_PROPERTIES

    def add(self, key: Key, alternative: Alternative, guard: str | None) -> None:
        self.patterns.append((key, pattern(alternative, self._properties)))
        self._guards.add(guard)

    def compiled(self) -> _Compiled[Key]:
        rules = {
            str(number): {"all": [{"m": each}]} for number, (_, each) in enumerate(self.patterns)
        }
        meaning = {str(number): key for number, (key, _) in enumerate(self.patterns)}
        return _Compiled(Session(rules), self._properties, meaning, frozenset(self._guards))
