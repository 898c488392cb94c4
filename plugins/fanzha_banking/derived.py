"""Computations that only banking rules need; pure functions."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

_CHINA = timezone(timedelta(hours=8))


def months_begun(*moments: date | datetime) -> int:
    """Return the months from one day in China to another, a begun month counting as one.

    A report due "every three months" is late once a fourth month has begun. A month ends with the
    same day of the next one, or with that month's last day. Zero on the same day or backwards.
    Takes exactly two, each a day or a time.
    """
    first, last = map(_day, moments)
    if last <= first:
        return 0
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if last.day <= first.day else months + 1


def full_years(*moments: date | datetime) -> int:
    """Return the full years from one day in China to another.

    The first day does not count and the last day of a year counts in full: two years after 1 March
    2024 are over on 2 March 2026. Zero where the second day is the earlier one. Takes exactly two,
    each a day or a time.
    """
    first, last = map(_day, moments)
    last_complete = last - timedelta(days=1)
    years = last_complete.year - first.year
    before_anniversary = (last_complete.month, last_complete.day) < (first.month, first.day)
    # In a common year the year that began on 29 February ends with 28 February.
    leap_day_ends = (first.month, first.day) == (2, 29) and _ends_february(last_complete)
    return max(0, years - (before_anniversary and not leap_day_ends))


def quarter_months(*moments: date | datetime) -> int:
    """Return the months from the calendar quarter of one day in China to that of another.

    Something due "at least once a quarter" is missing once a whole quarter lies between: 3 says
    that it was done in the quarter before. Zero within one quarter or backwards. Takes exactly
    two, each a day or a time.
    """
    first, last = map(_day, moments)
    quarters = (last.year - first.year) * 4 + (last.month - 1) // 3 - (first.month - 1) // 3
    return max(0, 3 * quarters)


def _ends_february(day: date) -> bool:
    return day.month == 2 and (day + timedelta(days=1)).month == 3


def _day(moment: date | datetime) -> date:
    return moment.astimezone(_CHINA).date() if isinstance(moment, datetime) else moment
