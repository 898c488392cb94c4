"""What judging a check found, before it is put into words: one value that the rest reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from fanzha.engine import Edition, Status
from fanzha.model.attestation import Attestation
from fanzha.model.check import Check, Value
from fanzha.model.institution import Institution
from fanzha.model.value_types import Folded
from fanzha.usecases.derive import Derived
from fanzha.usecases.judged_duty import JudgedDuty


@dataclass(frozen=True)
class Judgement:
    """A check with everything that was found about it."""

    check: Check
    institution: Institution
    roles: frozenset[str]
    day: date
    edition: Edition
    derived: Derived
    values: Mapping[str, Value]
    """Stated and derived facts, attested and supplied ones."""
    facts: Mapping[str, Folded]
    """The same and the deadlines, as conditions compare them."""
    elements: Mapping[str, bool]
    duties: tuple[JudgedDuty, ...]
    attested: Mapping[str, Attestation] = field(default_factory=dict)
    """Facts that were not posted and taken over from the institution's profile."""
    set_aside: frozenset[str] = frozenset()
    """Facts of the profile that what was posted of this event contradicts."""

    @cached_property
    def known(self) -> Mapping[str, Folded]:
        """Facts together with the elements that follow from them."""
        return {**self.facts, **self.elements}

    @cached_property
    def applicable(self) -> tuple[JudgedDuty, ...]:
        """The duties that apply, or may: most of those in scope of an event do not."""
        not_applicable = Status.NOT_APPLICABLE
        return tuple(each for each in self.duties if each.status is not not_applicable)


OUTCOMES = (
    (Status.VIOLATED, "non_compliant"),
    (Status.ERROR, "error"),
    (Status.UNDETERMINED, "undetermined"),
    (Status.PENDING, "pending"),
    (Status.FULFILLED, "compliant"),
)
"""The first status that any obligation has decides the outcome."""


def outcome_of(duties: tuple[JudgedDuty, ...]) -> str:
    """Return the outcome of the whole check."""
    statuses = {each.status for each in duties}
    return next((outcome for status, outcome in OUTCOMES if status in statuses), "not_applicable")
