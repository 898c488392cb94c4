"""What a violation can bring: liabilities, their tiers and fines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fanzha.model.expressions import Expression
from fanzha.model.interval import Interval
from fanzha.model.text import Text


class LiabilityType(StrEnum):
    """The branch of law that a liability belongs to."""

    ADMINISTRATIVE = "administrative"
    CRIMINAL = "criminal"
    CIVIL = "civil"
    PUBLIC_INTEREST = "public_interest"
    CREDIT_DISCIPLINE = "credit_discipline"


class Subject(StrEnum):
    """Whom a liability falls on."""

    INSTITUTION = "institution"
    INDIVIDUAL = "individual"
    UNIT = "unit"
    NATURAL_PERSON = "natural_person"


@dataclass(frozen=True, slots=True)
class Fine:
    """A fine in fen, both bounds included; a null bound is one that the text does not give.

    With `multiple_of` the bounds are multiples of the amount that this circumstance states.
    """

    minimum: int | None
    maximum: int | None
    multiple_of: str | None = None
    optional: bool = False
    """One of several alternatives, so that the least that can happen is no fine."""


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days of detention, both bounds included; a null bound is one that the text does not give."""

    minimum: int | None
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Tier:
    """One grade of a liability, true under its condition on the circumstances."""

    name: str
    title: Text
    when: Expression
    additive: bool
    """On top of the gravest other tier, rather than in its place."""
    fine: Fine | None
    measures: tuple[str, ...]
    optional_measures: tuple[str, ...]
    detention_days: DayRange | None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a penalty article, for information."""

    item: int | None
    act: Text


@dataclass(frozen=True, slots=True)
class Liability:
    """A sanctioning or liability clause; tiers stand in the order of the text, gravest last."""

    id: str
    cites: tuple[str, ...]
    type: LiabilityType
    subjects: tuple[Subject, ...]
    binds: frozenset[str]
    title: Text
    authority: Text
    items: tuple[Item, ...]
    circumstances: tuple[str, ...]
    tiers: tuple[Tier, ...]
    in_force: Interval
    note: Text | None
    instrument: str
    file: str
