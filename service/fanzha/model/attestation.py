"""Who says so: assessments that come with a posted fact, and attestations of standing facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fanzha.model.value_types import Value


@dataclass(frozen=True, slots=True)
class Assessment:
    """Whose statement a posted fact is, of when, and what it rests on."""

    by: str
    at: date | datetime
    basis: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"by": self.by, "at": self.at.isoformat(), "basis": self.basis}

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> Assessment:
        """Return what `as_json` gave."""
        is_day = len(kept["at"]) == len("2026-03-02")
        read = date.fromisoformat if is_day else datetime.fromisoformat
        return Assessment(kept["by"], read(kept["at"]), kept["basis"])


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

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values, from which it can be read again."""
        return {
            "fact": self.fact,
            "value": plain_value(self.value),
            "assessor": self.assessor,
            "assessed_at": self.assessed_at.isoformat(),
            "evidence": self.evidence,
            "valid_until": self.valid_until.isoformat(),
            "basis": self.basis,
        }

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> Attestation:
        """Return what `as_json` gave."""
        return Attestation(
            fact=kept["fact"],
            value=typed_value(kept["value"]),
            assessor=kept["assessor"],
            assessed_at=date.fromisoformat(kept["assessed_at"]),
            evidence=kept["evidence"],
            valid_until=date.fromisoformat(kept["valid_until"]),
            basis=kept["basis"],
        )


def plain_value(value: Value) -> Any:
    """Return a value as JSON that says its own type: a day is no text that looks like one."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def typed_value(plain: Any) -> Value:
    """Return what `plain_value` was given."""
    match plain:
        case {"datetime": moment}:
            return datetime.fromisoformat(moment)
        case {"date": day}:
            return date.fromisoformat(day)
    value: Value = plain
    return value


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
