"""A registered party that posts checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fanzha.model.text import Text


@dataclass(frozen=True, slots=True)
class Institution:
    """Who it is in law: its roles come from the registry, never from a caller."""

    id: str
    name: Text
    roles: tuple[str, ...]
    licensed_from: date | None = None
    """First day of the licence; None: not known, and nothing is said of it."""
    licensed_until: date | None = None
    """Last day of the licence; None while none is known."""
    supervisor: str | None = None

    def is_licensed_on(self, day: date) -> bool:
        """Tell whether the licence covers `day`, as far as the registry knows."""
        begun = self.licensed_from is None or self.licensed_from <= day
        return begun and (self.licensed_until is None or day <= self.licensed_until)
