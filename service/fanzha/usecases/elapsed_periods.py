"""Months, quarters and years between two days as the law counts them; pure functions.

The day of the event does not count, and the last day of a period counts in full: two years after
1 March 2024 run to the end of 1 March 2026, and are full on 2 March 2026. Where a month has no such
day, the period ends with its last day. Backwards everything is zero.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def full_months_after(start: date, day: date) -> int:
    """Return how many full months have passed between `start` and `day`."""
    last_complete = day - timedelta(days=1)
    months = (last_complete.year - start.year) * 12 + last_complete.month - start.month
    if _same_day_in(start, last_complete.year, last_complete.month) > last_complete:
        months -= 1
    return max(months, 0)


def full_years_after(start: date, day: date) -> int:
    """Return how many full years have passed between `start` and `day`."""
    return full_months_after(start, day) // 12


def months_begun(start: date, day: date) -> int:
    """Return the months from one day to another, a begun month counting as one.

    A report due "every three months" is late once a fourth month has begun.
    """
    if day <= start:
        return 0
    return full_months_after(start, day) + 1


def quarter_months(start: date, day: date) -> int:
    """Return the months from the calendar quarter of one day to that of another.

    Something due "at least once a quarter" is missing once a whole quarter lies between: 3 says
    that it was done in the quarter before.
    """
    quarters = (day.year - start.year) * 4 + (day.month - 1) // 3 - (start.month - 1) // 3
    return max(3 * quarters, 0)


def _same_day_in(start: date, year: int, month: int) -> date:
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
