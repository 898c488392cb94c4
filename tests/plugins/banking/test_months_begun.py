"""Months that have begun between two days in China."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fanzha_banking.derived import months_begun


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 12, 2), date(2025, 12, 2), 0),
        (date(2025, 12, 2), date(2025, 12, 3), 1),
        (date(2025, 12, 2), date(2026, 1, 2), 1),
        (date(2025, 12, 2), date(2026, 1, 3), 2),
        (date(2025, 12, 2), date(2026, 3, 2), 3),
        (date(2025, 12, 2), date(2026, 3, 3), 4),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 31), date(2026, 3, 1), 2),
        (date(2024, 1, 31), date(2024, 2, 29), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
    ],
)
def test_a_begun_month_counts_as_one(start: date, end: date, months: int) -> None:
    assert months_begun(start, end) == months


def test_backwards_no_month_has_begun() -> None:
    assert months_begun(date(2026, 3, 2), date(2026, 1, 2)) == 0


def test_times_count_on_their_day_in_china() -> None:
    late_in_utc = datetime.fromisoformat("2026-01-01T16:30:00+00:00")  # 2 January in China
    assert months_begun(late_in_utc, date(2026, 2, 2)) == 1
    assert months_begun(late_in_utc, date(2026, 2, 3)) == 2


def test_a_day_and_a_time_can_be_compared() -> None:
    assert months_begun(date(2025, 9, 2), datetime.fromisoformat("2026-03-02T23:59:59+08:00")) == 6
    assert months_begun(date(2025, 9, 1), datetime.fromisoformat("2026-03-02T00:00:00+08:00")) == 7
