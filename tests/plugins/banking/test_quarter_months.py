"""Months between the calendar quarters of two days."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fanzha_banking.derived import quarter_months


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), 0),
        (date(2025, 12, 31), date(2026, 1, 1), 3),
        (date(2025, 10, 1), date(2026, 3, 31), 3),
        (date(2025, 9, 30), date(2026, 1, 1), 6),
        (date(2024, 3, 31), date(2026, 1, 1), 24),
    ],
)
def test_quarters_are_those_of_the_calendar(start: date, end: date, months: int) -> None:
    assert quarter_months(start, end) == months


def test_backwards_no_quarter_has_passed() -> None:
    assert quarter_months(date(2026, 4, 1), date(2026, 1, 1)) == 0


def test_times_count_on_their_day_in_china() -> None:
    late_in_utc = datetime.fromisoformat("2025-12-31T16:30:00+00:00")  # 1 January in China
    assert quarter_months(late_in_utc, date(2026, 3, 1)) == 0
