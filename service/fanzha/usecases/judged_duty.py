"""One obligation as a check finds it: its status, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fanzha.engine import Status
from fanzha.model.norms import Obligation
from fanzha.model.text import Text


@dataclass(frozen=True, slots=True)
class JudgedDuty:
    """One obligation in scope with its status; `note` says why there is none from the engine."""

    obligation: Obligation
    status: Status
    due: datetime | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """`word` is one of `advice.ORDER`; `measures` are facts that would make the act lawful."""

    word: str
    measures: tuple[str, ...] = ()


PROCEED = Advice("proceed")
HOLD = Advice("hold")
