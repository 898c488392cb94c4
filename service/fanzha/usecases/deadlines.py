"""When a duty falls due: a period from a time that the check states."""

from __future__ import annotations

from datetime import datetime, timedelta

from fanzha.model.law import Law
from fanzha.model.norms import Due
from fanzha.model.value_types import CHINA_TIME, SECONDS_PER_UNIT
from fanzha.usecases.legal_calendar import add_months, add_working_days, china_day, end_of_day


def due_at(due: Due, start: datetime, law: Law) -> datetime:
    """Return the last moment in time, in China.

    Minutes and hours run from the moment; days, working days and months from the day after, to
    the end of their last day. Raises CalendarUnknown for working days of a year not yet fixed.
    """
    amount = law.parameters[due.amount].value if isinstance(due.amount, str) else due.amount
    if not isinstance(amount, int):
        raise TypeError(f"{due.amount} is no number")
    day = china_day(start)
    match due.unit:
        case "working_days":
            return end_of_day(add_working_days(day, amount))
        case "months":
            return end_of_day(add_months(day, amount))
        case "days":
            return end_of_day(day + timedelta(days=amount))
    return start.astimezone(CHINA_TIME) + timedelta(seconds=amount * SECONDS_PER_UNIT[due.unit])
