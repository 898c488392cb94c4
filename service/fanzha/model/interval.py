"""Days of the law: in China time, both ends included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Interval:
    """When something is in force: `last` is its last day, or None while no end is known."""

    first: date
    last: date | None = None

    def contains(self, day: date) -> bool:
        """Tell whether `day` lies in the interval, both ends included."""
        return self.first <= day and (self.last is None or day <= self.last)

    def covers(self, other: Interval) -> bool:
        """Tell whether every day of `other` lies in this interval."""
        if other.first < self.first:
            return False
        if self.last is None:
            return True
        return other.last is not None and other.last <= self.last

    def legal_dates(self) -> tuple[date, ...]:
        """Return the days on which something changes: the first, and the one after the last."""
        if self.last is None:
            return (self.first,)
        return (self.first, self.last + timedelta(days=1))

    def as_json(self) -> dict[str, str | None]:
        """Return `{"from": …, "to": …}` with ISO dates."""
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat() if self.last else None,
        }
