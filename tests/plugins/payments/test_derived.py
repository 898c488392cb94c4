"""The computations of the payments domain."""

from __future__ import annotations

from datetime import date

import pytest

from fanzha_payments.derived import full_months_after


@pytest.mark.parametrize(
    ("start", "day", "months"),
    [
        (date(2026, 3, 2), date(2026, 9, 2), 5),
        (date(2026, 3, 2), date(2026, 9, 3), 6),
        (date(2025, 8, 31), date(2026, 2, 28), 5),
        (date(2025, 8, 31), date(2026, 3, 1), 6),
        (date(2025, 12, 31), date(2026, 1, 31), 0),
        (date(2025, 12, 31), date(2026, 2, 1), 1),
        (date(2024, 2, 29), date(2025, 3, 1), 12),
    ],
)
def test_a_month_is_full_only_on_the_day_after_its_last_day(
    start: date, day: date, months: int
) -> None:
    assert full_months_after(start, day) == months


def test_before_and_on_the_first_day_no_month_is_full() -> None:
    assert full_months_after(date(2026, 3, 2), date(2026, 3, 2)) == 0
    assert full_months_after(date(2026, 3, 2), date(2025, 1, 1)) == 0
