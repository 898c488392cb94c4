"""Derived facts of the telecom domain: pure functions over values that are already typed."""

from __future__ import annotations

from datetime import date, timedelta


def full_years_after(start: date, day: date) -> int:
    """Return how many full years have passed between `start` and `day`.

    The day of the event does not count, and the last day of a year counts in full: two years
    after 1 March 2024 run to the end of 1 March 2026, so they are full on 2 March 2026. Where
    the month has no such day, the year ends on its last day. Before `start` the answer is 0.
    """
    last_complete_day = day - timedelta(days=1)
    years = last_complete_day.year - start.year
    if _anniversary(start, last_complete_day.year) > last_complete_day:
        years -= 1
    return max(years, 0)


def _anniversary(start: date, year: int) -> date:
    try:
        return start.replace(year=year)
    except ValueError:
        # 29 February in a common year.
        return date(year, 2, 28)
