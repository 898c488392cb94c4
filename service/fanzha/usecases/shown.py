"""Facts as answers may show them: readable, and personal ones never."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fanzha.model.check import Value
from fanzha.model.value_types import CHINA_TIME
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.rulebook import Rulebook

MASK = "***"


def shown_value(name: str, judgement: Judgement, rulebook: Rulebook) -> Any:
    """Return the value of a known fact as JSON, masked where the fact is personal."""
    if rulebook.law.facts[name].personal:
        return MASK
    if name in judgement.elements:
        return judgement.elements[name]
    return shown(judgement.values[name])


def shown(value: Value) -> bool | int | str:
    """Return a value as JSON has it, times in China time."""
    if isinstance(value, datetime):
        return shown_time(value)
    return value.isoformat() if isinstance(value, date) else value


def shown_time(moment: datetime) -> str:
    """Return a moment in China time."""
    return moment.astimezone(CHINA_TIME).isoformat()
