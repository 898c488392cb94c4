"""What the law asks: instruments, obligations, definitions and check types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fanzha.model.expressions import Expression, names_in, parameters_in
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

    @property
    def facts(self) -> frozenset[str]:
        """The facts that its conditions and its deadline name."""
        read = names_in(self.applies) | names_in(self.violated)
        return read | {self.due.start} if self.due else read

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that its conditions and its deadline read."""
        read = parameters_in(self.applies) | parameters_in(self.violated)
        if self.due is not None and isinstance(self.due.amount, str):
            read |= {self.due.amount}
        return read


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

    def concerns(self, check_type: str) -> bool:
        """Tell whether it is meant for `check_type`, on whatever day."""
        return not self.check_types or check_type in self.check_types

    def serves(self, check_type: str, day: date) -> bool:
        """Tell whether this definition is the one for `check_type` on `day`."""
        return self.concerns(check_type) and self.in_force.contains(day)

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """The conditions that it is made of."""
        if isinstance(self.when, Table):
            return tuple(row.when for row in self.when.rows)
        return (self.when,) if self.false_when is None else (self.when, self.false_when)

    @property
    def facts(self) -> frozenset[str]:
        """The facts that its conditions name."""
        read: frozenset[str] = frozenset().union(*map(names_in, self.conditions))
        return read | set(self.when.by) if isinstance(self.when, Table) else read

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that its conditions read."""
        return frozenset().union(*map(parameters_in, self.conditions))


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of what a check type promises to settle from which facts."""

    version: int
    since: date
    required: tuple[str, ...]
    summary: Text


@dataclass(frozen=True, slots=True)
class CheckType:
    """What can be posted: an event of one domain, judged for its duty bearer."""

    domain: str
    name: str
    title: Text
    summary: Text
    roles: frozenset[str]
    contracts: tuple[Contract, ...]
    bearer: frozenset[str] = frozenset()
    """The roles whose duties are judged. Empty: those of the institution that posts it."""

    @property
    def key(self) -> str:
        """`domain/name`, the form that rules and answers use."""
        return f"{self.domain}/{self.name}"

    def contract(self, version: int | None) -> Contract | None:
        """Return that contract, the newest for None, or None where there is no such version."""
        if version is None:
            return self.contracts[-1]
        return next((each for each in self.contracts if each.version == version), None)
