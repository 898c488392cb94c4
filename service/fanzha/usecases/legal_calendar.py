"""Counts days as the law does: in China time, working days on the State Council's calendar."""

from __future__ import annotations

import functools
from datetime import date, datetime, time, timedelta

import chinese_calendar

from fanzha.errors import FanzhaError
from fanzha.model.text import Text
from fanzha.model.value_types import CHINA_TIME

FIRST_KNOWN_YEAR = min(chinese_calendar.constants.holidays).year
LAST_KNOWN_YEAR = max(chinese_calendar.constants.holidays).year
"""The State Council fixes each year's holidays towards the end of the year before."""


class CalendarUnknown(FanzhaError):
    """A day of a year whose working days are not known; never guessed from the weekday."""

    code = "calendar_unknown"
    title = Text(zh="该年工作日安排未知", en="Working days of that year are not known")
    http_status = 422

    def __init__(self, day: date) -> None:
        super().__init__(
            Text(
                zh=f"{day} 不在已知工作日历（{FIRST_KNOWN_YEAR}–{LAST_KNOWN_YEAR} 年）内",
                en=f"{day} lies outside the known calendar of working days "
                f"({FIRST_KNOWN_YEAR} to {LAST_KNOWN_YEAR})",
            ),
            hint=Text(
                zh="国务院公布该年安排后请更新 chinesecalendar",
                en="update chinesecalendar once the State Council has published that year",
            ),
        )


def china_day(moment: datetime) -> date:
    """Return the day in China on which a moment lies."""
    return moment.astimezone(CHINA_TIME).date()


def end_of_day(day: date) -> datetime:
    """Return the last second of a day in China: a period of days runs until then."""
    return datetime.combine(day, time(23, 59, 59), CHINA_TIME)


# The library looks the whole calendar through for its ends at each call.
@functools.lru_cache(maxsize=20_000)
def is_working_day(day: date) -> bool:
    """Tell whether people work on that day; raise CalendarUnknown outside the known years."""
    if not FIRST_KNOWN_YEAR <= day.year <= LAST_KNOWN_YEAR:
        raise CalendarUnknown(day)
    return bool(chinese_calendar.is_workday(day))


# It looks at each day in turn, and most checks ask for the same: so long after a recent day.
@functools.lru_cache(maxsize=20_000)
def add_working_days(day: date, count: int) -> date:
    """Return the `count`-th working day after `day`, which itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def working_days_between(first: date, last: date) -> int:
    """Return the working days after `first` up to and including `last`; negative backwards."""
    if last < first:
        return -working_days_between(last, first)
    days = (first + timedelta(days=step) for step in range(1, (last - first).days + 1))
    return sum(is_working_day(day) for day in days)


def add_months(day: date, count: int) -> date:
    """Return the same day `count` months later, or that month's last day where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last_day = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last_day))


def months_between(first: date, last: date) -> int:
    """Return the whole months from `first` to `last`; negative backwards."""
    if last < first:
        return -months_between(last, first)
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if add_months(first, months) <= last else months - 1
