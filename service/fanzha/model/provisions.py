"""What became of each norm of a law: encoded by the rules, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fanzha.model.text import Text


class NormKind(StrEnum):
    """What a norm does; only the first two can be violated."""

    OBLIGATION = "obligation"
    PROHIBITION = "prohibition"
    PERMISSION = "permission"
    POWER = "power"
    RIGHT = "right"
    DEFINITION = "definition"
    AUTHORITY_DUTY = "authority_duty"


class Disposition(StrEnum):
    """Why a norm is not encoded."""

    ADDRESSED_TO_OTHERS = "addressed_to_others"
    """It binds nobody whose duties are judged here."""
    POWER_OR_DEFINITION = "power_or_definition"
    """It can be used, or says what words mean; it cannot be violated."""
    NOT_ENCODABLE = "not_encodable"
    """No condition could decide it."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One norm of a law; without a disposition it is encoded, or missing."""

    id: str
    cites: str
    kind: NormKind
    title: Text
    disposition: Disposition | None
    reason: Text | None
    instrument: str
    file: str
