"""Spreads rules over as many rulesets as the engine's limits ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fanzha.engine.alternatives import Alternative, alternatives
from fanzha.engine.properties import Properties
from fanzha.engine.session import MAXIMUM_BRANCHES, MAXIMUM_PROPERTIES, RESERVED, Session
from fanzha.engine.translation import pattern
from fanzha.model.expressions import Expression
from fanzha.model.value_types import Folded

SEPARATOR = "."
"""Between the name of a rule and the number of its alternative."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition in normal form and the name that its being true has. Names hold no full stop."""

    name: str
    condition: Expression


class Shards:
    """A set of rules over one fact, in rulesets that each keep to the engine's limits."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._always: set[str] = set()
        self._sessions: list[tuple[Session, Properties]] = []
        shard = _Shard()
        for rule in rules:
            for number, each in enumerate(alternatives(rule.condition)):
                if not each:
                    self._always.add(rule.name)
                    break
                if not shard.has_room(each):
                    self._add(shard)
                    shard = _Shard()
                shard.add(f"{rule.name}{SEPARATOR}{number}", each)
        self._add(shard)

    def _add(self, shard: _Shard) -> None:
        if shard.rules:
            self._sessions.append((Session(shard.rules), shard.properties))

    def fire(self, facts: Mapping[str, Folded]) -> set[str]:
        """Return the names of the rules whose conditions are true of the facts."""
        names = set(self._always)
        for session, properties in self._sessions:
            fired = session.fire(properties.values(facts))
            names.update(name.partition(SEPARATOR)[0] for name in fired)
        return names

    def close(self) -> None:
        """Give the engine's memory back."""
        for session, _ in self._sessions:
            session.close()


class _Shard:
    def __init__(self) -> None:
        self.rules: dict[str, Any] = {}
        self.properties = Properties(RESERVED)

    def has_room(self, alternative: Alternative) -> bool:
        # At most two new properties a comparison: one for each side.
        properties = len(self.properties) + 2 * len(alternative)
        return len(self.rules) < MAXIMUM_BRANCHES and properties <= MAXIMUM_PROPERTIES

    def add(self, name: str, alternative: Alternative) -> None:
        self.rules[name] = {"all": [{"m": pattern(alternative, self.properties)}]}
