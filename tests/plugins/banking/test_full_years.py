"""Full years between two days in China."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fanzha_banking.derived import full_years


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2024, 3, 1), date(2026, 3, 1), 1),
        (date(2024, 3, 1), date(2026, 3, 2), 2),
        (date(2016, 3, 2), date(2026, 3, 2), 9),
        (date(2016, 3, 2), date(2026, 3, 3), 10),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2024, 2, 29), date(2028, 2, 29), 3),
        (date(2024, 2, 29), date(2028, 3, 1), 4),
        (date(2026, 3, 2), date(2026, 3, 2), 0),
    ],
)
def test_the_last_day_of_a_year_counts_in_full(start: date, end: date, years: int) -> None:
    assert full_years(start, end) == years


def test_backwards_no_year_is_full() -> None:
    assert full_years(date(2026, 3, 2), date(2016, 3, 2)) == 0


def test_times_count_on_their_day_in_china() -> None:
    late_in_utc = datetime.fromisoformat("2026-03-02T16:30:00+00:00")  # 3 March in China
    assert full_years(date(2016, 3, 2), late_in_utc) == 10
