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


def _day(moment: date | datetime) -> date:
    return moment.astimezone(_CHINA).date() if isinstance(moment, datetime) else moment
