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
    supervisor: str | None = None
