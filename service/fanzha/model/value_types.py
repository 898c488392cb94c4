"""The types of values that conditions compare, and the one form in which they compare them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

Value = bool | int | str | date | datetime
"""A typed value as it was stated, and as plugins' functions receive it."""

Folded = bool | int | str
"""A value as conditions compare it: periods and points in time are seconds."""

CHINA_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept UTC+8 all year since 1992; every statute here is younger than that."""

SECONDS_PER_UNIT: Mapping[str, int] = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3600,
    "days": 86400,
}
"""Units of linear time. Working days, months and years are counted on a calendar instead."""

MAXIMUM_TEXT = 2000
"""Characters of a text that conditions compare."""

EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)


class Kind(StrEnum):
    """What sort of value it is."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    STRING = "string"
    ENUM = "enum"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class ValueType:
    """A type with its unit and bounds; bounds are in the unit, both ends included."""

    kind: Kind
    unit: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    values: tuple[str, ...] = ()

    @property
    def is_period(self) -> bool:
        """Whether it is a length of linear time, comparable with other lengths of time."""
        return self.kind is Kind.INTEGER and self.unit in SECONDS_PER_UNIT

    @property
    def is_folded(self) -> bool:
        """Whether conditions compare its values in another form than the stated one."""
        return self.is_period or self.kind in {Kind.DATE, Kind.DATETIME}

    def fold(self, value: Value) -> Folded:
        """Return a value of this type as conditions compare it.

        Integers of a unit of linear time become seconds; dates the second at which they begin in
        China; datetimes (which must carry an offset) their second. Seconds count from 1970 UTC.
        """
        if isinstance(value, datetime):
            return int(value.timestamp())
        if isinstance(value, date):
            return int(datetime(value.year, value.month, value.day, tzinfo=CHINA_TIME).timestamp())
        if self.kind is Kind.INTEGER and self.unit is not None:
            return int(value) * SECONDS_PER_UNIT.get(self.unit, 1)
        return value

    def bounds(self) -> tuple[int, int]:
        """Return the least and the greatest folded value of an integer, a date or a datetime."""
        if self.kind in {Kind.DATE, Kind.DATETIME}:
            return int(self.fold(EARLIEST)), int(self.fold(LATEST)) + SECONDS_PER_UNIT["days"]
        if self.minimum is None or self.maximum is None:
            raise ValueError(f"{self.kind} has no bounds")
        return int(self.fold(self.minimum)), int(self.fold(self.maximum))


BOOLEAN = ValueType(Kind.BOOLEAN)
STRING = ValueType(Kind.STRING)
DATE = ValueType(Kind.DATE)
DATETIME = ValueType(Kind.DATETIME)
