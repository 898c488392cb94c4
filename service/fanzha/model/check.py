"""A check: what an institution posts about one event, read and typed but not yet judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fanzha.model.norms import Stage

Value = bool | int | str | date | datetime
"""A typed value as plugins' functions receive it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `facts` and `circumstances` hold only what was stated."""

    domain: str
    check_type: str
    stage: Stage
    institution: str
    occurred_at: datetime
    known_at: datetime
    facts: Mapping[str, Value]
    circumstances: Mapping[str, Value]
    contract: int
    scope: tuple[str, ...] = ()
    """Ids of obligations, or beginnings of ids; empty: all."""
    reference: str | None = None

    @property
    def key(self) -> str:
        """`domain/check_type`."""
        return f"{self.domain}/{self.check_type}"
