"""Months, quarters and years between two days as the law counts them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.usecases.derived_functions import BUILT_IN
from fanzha.usecases.elapsed_periods import (
    full_months_after,
    full_years_after,
    months_begun,
    quarter_months,
)

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))
ALL = (full_months_after, full_years_after, months_begun, quarter_months)


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


@pytest.mark.parametrize(
    ("start", "day", "years"),
    [
        (date(2024, 3, 1), date(2026, 3, 1), 1),
        (date(2024, 3, 1), date(2026, 3, 2), 2),
        (date(2016, 3, 2), date(2026, 3, 2), 9),
        (date(2016, 3, 2), date(2026, 3, 3), 10),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2024, 2, 29), date(2028, 2, 29), 3),
        (date(2024, 2, 29), date(2028, 3, 1), 4),
    ],
)
def test_a_year_is_full_on_the_day_after_its_last_day(start: date, day: date, years: int) -> None:
    assert full_years_after(start, day) == years


@pytest.mark.parametrize(
    ("start", "day", "months"),
    [
        (date(2026, 1, 2), date(2026, 1, 3), 1),
        (date(2026, 1, 2), date(2026, 2, 2), 1),
        (date(2026, 1, 2), date(2026, 2, 3), 2),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 31), date(2026, 3, 1), 2),
        (date(2025, 9, 2), date(2026, 3, 2), 6),
        (date(2025, 9, 1), date(2026, 3, 2), 7),
    ],
)
def test_a_begun_month_counts_as_one(start: date, day: date, months: int) -> None:
    assert months_begun(start, day) == months


@pytest.mark.parametrize(
    ("start", "day", "months"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), 0),
        (date(2025, 12, 31), date(2026, 1, 1), 3),
        (date(2025, 10, 1), date(2026, 3, 31), 3),
        (date(2025, 9, 30), date(2026, 1, 1), 6),
        (date(2024, 3, 31), date(2026, 1, 1), 24),
    ],
)
def test_quarters_are_those_of_the_calendar(start: date, day: date, months: int) -> None:
    assert quarter_months(start, day) == months


@given(start=DAYS, day=DAYS)
def test_a_later_day_never_has_fewer(start: date, day: date) -> None:
    for function in ALL:
        assert 0 <= function(start, day) <= function(start, day + timedelta(days=1))


@given(start=DAYS, back=st.integers(min_value=0, max_value=20_000))
def test_nothing_has_passed_on_the_same_day_or_before(start: date, back: int) -> None:
    for function in ALL:
        assert function(start, start - timedelta(days=back)) == 0


@pytest.mark.parametrize(
    ("name", "start", "day", "found"),
    [
        # In China it is already the next day.
        ("months_begun", "2026-01-01T16:30:00+00:00", "2026-02-02T12:00:00+08:00", 1),
        ("quarter_months", "2025-12-31T16:30:00+00:00", "2026-03-01T00:00:00+08:00", 0),
        ("full_years_after", "2016-03-02T09:00:00+08:00", "2026-03-02T16:30:00+00:00", 10),
        ("full_months_after", "2026-03-02T09:00:00+08:00", "2026-09-02T16:30:00+00:00", 6),
    ],
)
def test_times_count_on_their_day_in_china(name: str, start: str, day: str, found: int) -> None:
    function = BUILT_IN[name].function
    assert function(datetime.fromisoformat(start), datetime.fromisoformat(day)) == found
