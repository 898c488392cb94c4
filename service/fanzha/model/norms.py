"""What the law asks: instruments, obligations, definitions and check types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fanzha.model.expressions import Expression
from fanzha.model.interval import Interval
from fanzha.model.text import Text


@dataclass(frozen=True, slots=True)
class Instrument:
    """A statute, regulation or delegated rule that obligations and parameters cite."""

    key: str
    abbreviation: str
    title: Text
    issuer: Text
    rank: str
    in_force: Interval
    grade: str


class Modality(StrEnum):
    """Whether the norm commands or forbids; powers and rights are never obligations here."""

    OBLIGATION = "obligation"
    PROHIBITION = "prohibition"


class Nature(StrEnum):
    """Whether an obligation is about one event or about the organisation as such."""

    ACT = "act"
    STANDING = "standing"


class Stage(StrEnum):
    """Whether the act is only proposed or has been done."""

    PROPOSED = "proposed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: so long after a time that the check states."""

    start: str
    amount: int | str
    """A number of units, or the id of the parameter that holds it."""
    unit: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """One separable duty or prohibition."""

    id: str
    cites: tuple[str, ...]
    implements: tuple[str, ...]
    modality: Modality
    nature: Nature
    binds: frozenset[str]
    check_types: frozenset[str]
    stages: frozenset[Stage]
    in_force: Interval
    grade: str
    contract: int
    title: Text
    duty: Text
    applies: Expression
    violated: Expression
    due: Due | None
    remedy: Text
    firm: tuple[str, ...]
    possible: tuple[str, ...]
    instrument: str
    file: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: the values it is for, and the condition that then decides."""

    match: tuple[tuple[str, str | bool], ...]
    when: Expression


@dataclass(frozen=True, slots=True)
class Table:
    """A condition by classes; every combination of values has exactly one row."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """What counts as a legal element, from operational facts."""

    element: str
    cites: tuple[str, ...]
    title: Text
    check_types: frozenset[str]
    """Empty: every check type."""
    in_force: Interval
    when: Expression | Table
    false_when: Expression | None
    """When the element is certainly false; None: whenever `when` is false.

    Given for elements that a person must assess outside the plain cases.
    """
    instrument: str
    file: str

    def serves(self, check_type: str, day: date) -> bool:
        """Tell whether this definition is the one for `check_type` on `day`."""
        named = not self.check_types or check_type in self.check_types
        return named and self.in_force.contains(day)


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of what a check type promises to settle from which facts."""

    version: int
    since: date
    required: tuple[str, ...]
    summary: Text


@dataclass(frozen=True, slots=True)
class CheckType:
    """What can be posted: an event of one domain, judged for the institution that posts it."""

    domain: str
    name: str
    title: Text
    summary: Text
    roles: frozenset[str]
    contracts: tuple[Contract, ...]

    @property
    def key(self) -> str:
        """`domain/name`, the form that rules and answers use."""
        return f"{self.domain}/{self.name}"

    def contract(self, version: int | None) -> Contract | None:
        """Return that contract, the newest for None, or None where there is no such version."""
        if version is None:
            return self.contracts[-1]
        return next((each for each in self.contracts if each.version == version), None)
