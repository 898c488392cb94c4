"""Who says so: assessments that come with a posted fact, and attestations of standing facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fanzha.model.value_types import Value


@dataclass(frozen=True, slots=True)
class Assessment:
    """Whose statement a posted fact is, of when, and what it rests on."""

    by: str
    at: date | datetime
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Attestation:
    """One standing fact of an institution, said by an assessor; never changed, only followed."""

    fact: str
    value: Value
    assessor: str
    assessed_at: date
    evidence: str
    """Where the evidence is kept: a reference, not the evidence itself."""
    valid_until: date
    """The last day on which it counts."""
    basis: str | None = None

    def is_valid_on(self, day: date) -> bool:
        """Tell whether it counts on `day`."""
        return self.assessed_at <= day <= self.valid_until


@dataclass(frozen=True)
class Profile:
    """All attestations of one institution, by fact, the newest first."""

    history: Mapping[str, tuple[Attestation, ...]]

    def on(self, day: date) -> Iterator[Attestation]:
        """Go through the attestation of each fact that stands on `day`, valid or expired.

        It is the one recorded last among those assessed by then: what was said later does not
        reach back, and one that has expired does not revive an older one.
        """
        for attestations in self.history.values():
            for each in attestations:
                if each.assessed_at <= day:
                    yield each
                    break

    def valid_on(self, day: date) -> dict[str, Attestation]:
        """Return the attestations that count on `day`, by fact."""
        return {each.fact: each for each in self.on(day) if each.is_valid_on(day)}


NOTHING_ATTESTED = Profile({})


def profile_of(recorded: Iterable[Attestation]) -> Profile:
    """Return the profile of attestations in the order in which they were recorded."""
    history: dict[str, tuple[Attestation, ...]] = {}
    for each in recorded:
        history[each.fact] = (each, *history.get(each.fact, ()))
    return Profile(history)
