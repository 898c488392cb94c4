"""Spreads rules over as many rulesets as the engine's limits ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fanzha.engine.alternatives import Alternative, alternatives
from fanzha.engine.properties import Properties
from fanzha.engine.session import MAXIMUM_BRANCHES, MAXIMUM_PROPERTIES, RESERVED, Session
from fanzha.engine.translation import pattern
from fanzha.model.expressions import Expression, names_in
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
            found = alternatives(rule.condition)
            if () in found:
                self._always.add(rule.name)
                continue
            if not shard.has_room(found):
                self._add(shard)
                shard = _Shard()
            shard.add(rule.name, found)
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

    def has_room(self, found: tuple[Alternative, ...]) -> bool:
        branches = len(self.rules) + len(found)
        # At most as many new properties as there are facts and comparisons in the rule.
        operands = {name for each in found for atom in each for name in names_in(atom)}
        properties = len(self.properties) + len(operands) + sum(map(len, found))
        return not self.rules or (branches <= MAXIMUM_BRANCHES and properties <= MAXIMUM_PROPERTIES)

    def add(self, name: str, found: tuple[Alternative, ...]) -> None:
        for number, each in enumerate(found):
            self.rules[f"{name}{SEPARATOR}{number}"] = {
                "all": [{"m": pattern(each, self.properties)}]
            }
