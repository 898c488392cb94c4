"""Values as conditions compare them, days in force, and the order of roles."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.model.interval import Interval
from fanzha.model.text import Text
from fanzha.model.value_types import (
    BOOLEAN,
    CHINA_TIME,
    DATE,
    DATETIME,
    SECONDS_PER_UNIT,
    STRING,
    Kind,
    ValueType,
)
from fanzha.model.vocabulary import Parameter, Role, close_roles

DAY = date(2026, 3, 2)
DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))


# --- values ---


@pytest.mark.parametrize(("unit", "seconds"), SECONDS_PER_UNIT.items())
def test_lengths_of_linear_time_become_seconds(unit: str, seconds: int) -> None:
    period = ValueType(Kind.INTEGER, unit=unit, minimum=-1, maximum=3)
    assert period.is_period
    assert period.fold(2) == 2 * seconds
    assert period.bounds() == (-seconds, 3 * seconds)


@pytest.mark.parametrize("unit", ["fen", "working_days", "months", "years", None])
def test_other_numbers_stay_what_they_are(unit: str | None) -> None:
    number = ValueType(Kind.INTEGER, unit=unit, minimum=0, maximum=9)
    assert not number.is_period
    assert number.fold(7) == 7
    assert number.bounds() == (0, 9)


def test_truth_values_and_texts_stay_what_they_are() -> None:
    assert BOOLEAN.fold(True) is True
    assert STRING.fold("days") == "days"


def test_a_date_is_the_second_at_which_it_begins_in_china() -> None:
    assert DATE.fold(DAY) == datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp()


def test_a_datetime_is_its_second_whatever_its_offset() -> None:
    china = datetime(2026, 3, 2, 10, 15, 30, 999_999, tzinfo=CHINA_TIME)
    assert DATETIME.fold(china) == DATETIME.fold(china.astimezone(timezone(timedelta(hours=-5))))
    assert DATETIME.fold(china) == datetime(2026, 3, 2, 2, 15, 30, tzinfo=UTC).timestamp()


def test_days_of_many_years_lie_within_the_bounds_of_a_date() -> None:
    low, high = DATE.bounds()
    for day in (date(1900, 1, 1), DAY, date(2199, 12, 31)):
        assert low <= int(DATE.fold(day)) < high
    assert DATETIME.bounds() == (low, high)


@pytest.mark.parametrize("kind", [Kind.BOOLEAN, Kind.STRING, Kind.ENUM])
def test_what_has_no_order_has_no_bounds(kind: Kind) -> None:
    with pytest.raises(ValueError, match="no bounds"):
        ValueType(kind).bounds()


def test_a_parameter_that_is_a_list_cannot_be_compared() -> None:
    listed = Parameter(
        id="codes",
        title=Text(zh="代码", en="Codes"),
        value=("a", "b"),
        unit="code",
        type=None,
        applies_to=(),
        in_force=Interval(DAY),
        sources=(),
        implements=(),
        grade="A",
    )
    with pytest.raises(TypeError, match="codes"):
        _ = listed.folded


# --- days in force ---


def test_both_ends_of_an_interval_belong_to_it() -> None:
    day = timedelta(days=1)
    interval = Interval(DAY, DAY + 2 * day)
    found = [interval.contains(DAY + step * day) for step in range(-1, 4)]
    assert found == [False, True, True, True, False]


def test_an_interval_without_an_end_goes_on() -> None:
    assert Interval(DAY).contains(date(2199, 12, 31))
    assert not Interval(DAY).contains(DAY - timedelta(days=1))


def test_the_legal_dates_are_the_first_day_and_the_one_after_the_last() -> None:
    assert Interval(DAY).legal_dates() == (DAY,)
    assert Interval(DAY, DAY).legal_dates() == (DAY, date(2026, 3, 3))


def test_an_interval_as_json_names_its_days() -> None:
    assert Interval(DAY).as_json() == {"from": "2026-03-02", "to": None}
    assert Interval(DAY, DAY).as_json() == {"from": "2026-03-02", "to": "2026-03-02"}


INTERVALS = st.builds(
    lambda first, length: Interval(first, None if length is None else first + timedelta(length)),
    DAYS,
    st.none() | st.integers(0, 3000),
)


@given(INTERVALS, INTERVALS, DAYS)
def test_one_that_covers_another_contains_all_its_days(
    one: Interval, other: Interval, day: date
) -> None:
    assert one.covers(one)
    if one.covers(other):
        assert one.contains(day) or not other.contains(day)
    elif other.last is not None:
        assert not (one.contains(other.first) and one.contains(other.last))


# --- roles ---


def _role(name: str, *implied: str) -> Role:
    return Role(name, Text(zh=name, en=name), implied)


ROLES = {
    each.id: each
    for each in (
        _role("mvno", "telecom_operator"),
        _role("telecom_operator", "network_operator"),
        _role("network_operator"),
        _role("bank", "financial_institution", "acquirer"),
        _role("financial_institution"),
        _role("acquirer", "financial_institution"),
    )
}


def test_roles_imply_others_to_the_end() -> None:
    assert close_roles(frozenset({"mvno"}), ROLES) == {
        "mvno",
        "telecom_operator",
        "network_operator",
    }
    assert close_roles(frozenset({"bank"}), ROLES) == {"bank", "financial_institution", "acquirer"}


def test_no_role_is_implied_upwards() -> None:
    assert close_roles(frozenset({"network_operator"}), ROLES) == {"network_operator"}
    assert close_roles(frozenset(), ROLES) == frozenset()


def test_an_unknown_role_implies_nothing_and_a_circle_ends() -> None:
    circle = {"a": _role("a", "b"), "b": _role("b", "a")}
    assert close_roles(frozenset({"stranger"}), ROLES) == {"stranger"}
    assert close_roles(frozenset({"a"}), circle) == {"a", "b"}
