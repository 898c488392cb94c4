"""Derived facts of the payments domain: pure functions over values that are already typed."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def full_months_after(start: date, day: date) -> int:
    """Return how many full months have passed between `start` and `day`.

    The first day does not count and the last day of a month counts in full: six months after
    2 March run to the end of 2 September, so they are full on 3 September. Where the month has
    no such day, it ends on its last day. Before `start` the answer is 0.
    """
    last_complete_day = day - timedelta(days=1)
    months = (last_complete_day.year - start.year) * 12 + last_complete_day.month - start.month
    if _same_day_in(start, last_complete_day.year, last_complete_day.month) > last_complete_day:
        months -= 1
    return max(months, 0)


def _same_day_in(start: date, year: int, month: int) -> date:
    last_day = calendar.monthrange(year, month)[1]
    return date(year, month, min(start.day, last_day))
