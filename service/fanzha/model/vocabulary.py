"""The words that checks and rules share: facts, parameters and roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fanzha.model.interval import Interval
from fanzha.model.text import Text
from fanzha.model.value_types import Folded, ValueType


class FactKind(StrEnum):
    """What kind of fact it is; decides what `proposed` assumes and what can still be changed."""

    ACT = "act"
    EVENT = "event"
    MEASURE = "measure"
    ELEMENT = "element"
    CIRCUMSTANCE = "circumstance"


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a derived fact is computed: a named function over other facts."""

    function: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One named, typed value of a check."""

    name: str
    type: ValueType
    kind: FactKind
    title: Text
    help: Text | None = None
    judgment: bool = False
    personal: bool = False
    derivation: Derivation | None = None
    not_before: str | None = None
    """The fact that this time cannot lie before, whatever anybody does."""
    value_titles: Mapping[str, Text] = field(default_factory=dict)
    topic: str = ""
    supplied: bool = False
    """Taken from the check itself (`occurred_at`, `known_at`), never posted as a fact."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: the instrument and the place in it."""

    instrument: str
    pinpoint: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that the law or a delegated rule sets, dated, with source and grade."""

    id: str
    title: Text
    value: bool | int | str | tuple[str | int, ...]
    unit: str
    type: ValueType | None
    """None for values (lists) that conditions cannot read."""
    applies_to: tuple[str, ...]
    in_force: Interval
    sources: tuple[Source, ...]
    implements: tuple[str, ...]
    grade: str
    note: Text | None = None
    unused: Text | None = None
    """Why no rule reads it, where none does."""

    @property
    def folded(self) -> Folded:
        """The value as conditions compare it."""
        if isinstance(self.value, tuple) or self.type is None:
            raise TypeError(f"parameter {self.id} is a list")
        return self.type.fold(self.value)


@dataclass(frozen=True, slots=True)
class Role:
    """What an institution is in law; roles imply others."""

    id: str
    title: Text
    is_a: tuple[str, ...] = ()
    authority: bool = False


def close_roles(held: frozenset[str], roles: Mapping[str, Role]) -> frozenset[str]:
    """Return the roles held together with all that they imply."""
    closed: set[str] = set()
    pending = list(held)
    while pending:
        role = pending.pop()
        if role in closed:
            continue
        closed.add(role)
        pending.extend(roles[role].is_a if role in roles else ())
    return frozenset(closed)
