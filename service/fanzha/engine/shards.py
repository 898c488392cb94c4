"""Spreads rules over as many rulesets as the engine's limits ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from fanzha.engine.alternatives import Alternative, alternatives
from fanzha.engine.properties import Properties
from fanzha.engine.session import (
    MAXIMUM_BRANCHES,
    MAXIMUM_PROPERTIES,
    NAMES,
    EngineError,
    StandingSession,
)
from fanzha.engine.translation import operands, pattern
from fanzha.model.expressions import Expression
from fanzha.model.text import Text

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Value]):
    """What has a value when a condition in normal form is true."""

    name: str
    value: Value
    condition: Expression


class Shards(Generic[Value]):
    """A set of rules over one fact, in rulesets that each keep to the engine's limits."""

    def __init__(self, rules: Iterable[Rule[Value]], properties: Properties) -> None:
        branches = _branches(rules)
        self._always = branches.pop((), [])
        self._shards = [_compiled(each, properties) for each in _spread(branches, properties)]

    def fire(self, facts: Mapping[str, str]) -> dict[str, Value]:
        """Return the values that the rules find, whose conditions are true of the facts.

        The facts are as `Properties.written` gives them. Raises EngineError.
        """
        true = list(self._always)
        for shard in self._shards:
            for branch in shard.session.fire("".join(shard.read(facts))):
                true += shard.meaning[branch]
        found: dict[str, Value] = {}
        for name, value in true:
            if found.setdefault(name, value) is not value:
                raise _inconsistent(name)
        return found

    def rest(self) -> None:
        """Give back what only speed needs."""
        for each in self._shards:
            each.session.rest()

    def close(self) -> None:
        """Give the engine's memory back."""
        for each in self._shards:
            each.session.close()


_Branches = dict[Alternative, list[tuple[str, Value]]]
"""Each alternative, and what has which value when it is true."""


def _branches(rules: Iterable[Rule[Value]]) -> _Branches[Value]:
    """Return the alternatives of all rules; what several have in common is asked for once."""
    found: _Branches[Value] = {}
    written: dict[frozenset[Expression], Alternative] = {}
    for rule in rules:
        for each in alternatives(rule.condition):
            first = written.setdefault(frozenset(each), each)
            found.setdefault(first, []).append((rule.name, rule.value))
    return found


def _spread(branches: _Branches[Value], properties: Properties) -> Iterator[_Branches[Value]]:
    shard: _Branches[Value] = {}
    used: set[str] = set()
    for alternative, meaning in branches.items():
        read = {properties.of(each) for each in operands(alternative)}
        if len(shard) == MAXIMUM_BRANCHES or len(used | read) > MAXIMUM_PROPERTIES:
            yield shard
            shard, used = {}, set()
        shard[alternative] = meaning
        used |= read
    if shard:
        yield shard


class _Compiled(NamedTuple, Generic[Value]):
    session: StandingSession
    read: Callable[[Mapping[str, str]], Iterable[str]]
    """Takes the properties that the ruleset reads out of all."""
    meaning: Mapping[str, list[tuple[str, Value]]]
    """The session's name of an alternative -> what has which value when it is true."""


def _compiled(branches: _Branches[Value], properties: Properties) -> _Compiled[Value]:
    used = {properties.key(operand) for each in branches for operand in operands(each)}
    return _Compiled(
        StandingSession([pattern(each, properties) for each in branches]),
        # Of a single property it gives the text and not a tuple; joined, both are the same.
        itemgetter(*sorted(used)),
        dict(zip(NAMES, branches.values(), strict=False)),
    )


def _inconsistent(what: str) -> EngineError:
    return EngineError(
        Text(
            zh=f"规则引擎对 `{what}` 得出两种结果", en=f"the engine found two results for `{what}`"
        ),
        hint=Text(zh="请将该检查交给服务维护人员", en="give the check to whoever runs the service"),
    )
