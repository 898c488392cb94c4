"""Derived facts of the telecom domain."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha_telecom.derived import full_years_after

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))


@pytest.mark.parametrize(
    ("start", "day", "years"),
    [
        (date(2024, 3, 1), date(2024, 3, 1), 0),
        (date(2024, 3, 1), date(2025, 3, 1), 0),
        (date(2024, 3, 1), date(2025, 3, 2), 1),
        (date(2024, 3, 1), date(2026, 3, 1), 1),
        (date(2024, 3, 1), date(2026, 3, 2), 2),
    ],
)
def test_a_year_is_full_on_the_day_after_its_last_day(start: date, day: date, years: int) -> None:
    assert full_years_after(start, day) == years


def test_a_year_from_a_leap_day_ends_on_the_last_day_of_february() -> None:
    leap_day = date(2024, 2, 29)
    assert full_years_after(leap_day, date(2025, 2, 28)) == 0
    assert full_years_after(leap_day, date(2025, 3, 1)) == 1
    assert full_years_after(leap_day, date(2028, 2, 29)) == 3
    assert full_years_after(leap_day, date(2028, 3, 1)) == 4


def test_nothing_has_passed_before_the_start() -> None:
    assert full_years_after(date(2026, 3, 2), date(2020, 1, 1)) == 0


@given(start=DAYS, day=DAYS)
def test_a_later_day_never_has_fewer_years(start: date, day: date) -> None:
    assert full_years_after(start, day) <= full_years_after(start, day + timedelta(days=1))
