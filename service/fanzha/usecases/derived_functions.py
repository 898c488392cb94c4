"""The computations that every rule file may name under `derived:`; plugins add their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from fanzha.model.text import Text
from fanzha.plugins.contributions import DerivedFunction
from fanzha.usecases import elapsed_periods, legal_calendar
from fanzha.usecases.legal_calendar import china_day


def _seconds(start: datetime, end: datetime) -> int:
    return int(end.timestamp()) - int(start.timestamp())


def _minutes_between(start: datetime, end: datetime) -> int:
    return _seconds(start, end) // 60


def _hours_between(start: datetime, end: datetime) -> int:
    return _seconds(start, end) // 3600


def _day(moment: date | datetime) -> date:
    return china_day(moment) if isinstance(moment, datetime) else moment


def _days_between(start: date | datetime, end: date | datetime) -> int:
    return (_day(end) - _day(start)).days


def _months_between(start: date | datetime, end: date | datetime) -> int:
    return legal_calendar.months_between(_day(start), _day(end))


def _working_days_between(start: date | datetime, end: date | datetime) -> int:
    return legal_calendar.working_days_between(_day(start), _day(end))


def _months_begun(start: date | datetime, end: date | datetime) -> int:
    return elapsed_periods.months_begun(_day(start), _day(end))


def _full_months_after(start: date | datetime, end: date | datetime) -> int:
    return elapsed_periods.full_months_after(_day(start), _day(end))


def _full_years_after(start: date | datetime, end: date | datetime) -> int:
    return elapsed_periods.full_years_after(_day(start), _day(end))


def _quarter_months(start: date | datetime, end: date | datetime) -> int:
    return elapsed_periods.quarter_months(_day(start), _day(end))


def _equal_text(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _sum(*values: int) -> int:
    return sum(values)


def _count_true(*values: bool) -> int:
    return sum(values)


BUILT_IN: Mapping[str, DerivedFunction] = {
    "minutes_between": DerivedFunction(
        _minutes_between,
        ("datetime", "datetime"),
        "integer",
        Text(zh="两个时间之间的整分钟数", en="Whole minutes from the first time to the second"),
        "minutes",
    ),
    "hours_between": DerivedFunction(
        _hours_between,
        ("datetime", "datetime"),
        "integer",
        Text(zh="两个时间之间的整小时数", en="Whole hours from the first time to the second"),
        "hours",
    ),
    "days_between": DerivedFunction(
        _days_between,
        "any",
        "integer",
        Text(
            zh="两个时间之间的日历天数（首日不计，按中国时间）",
            en="Calendar days from the first day, which does not count, to the second, in China",
        ),
        "days",
    ),
    "months_between": DerivedFunction(
        _months_between,
        "any",
        "integer",
        Text(zh="两个时间之间的整月数", en="Whole months from the first day to the second"),
        "months",
    ),
    "months_begun": DerivedFunction(
        _months_begun,
        "any",
        "integer",
        Text(
            zh="两个时间之间的月数，不足一月按一月计",
            en="Months from the first day to the second, a begun month counting as one",
        ),
        "months",
    ),
    "full_months_after": DerivedFunction(
        _full_months_after,
        "any",
        "integer",
        Text(
            zh="自某日之后到另一日已届满的整月数（期间最后一日计满）",
            en="Full months passed after a day, the last day of each month counted in full",
        ),
        "months",
    ),
    "full_years_after": DerivedFunction(
        _full_years_after,
        "any",
        "integer",
        Text(
            zh="自某日之后到另一日已届满的整年数（期间最后一日计满）",
            en="Full years passed after a day, the last day of each year counted in full",
        ),
        "years",
    ),
    "quarter_months": DerivedFunction(
        _quarter_months,
        "any",
        "integer",
        Text(
            zh="两个时间所在日历季度相隔的月数",
            en="Months from the calendar quarter of the first day to that of the second",
        ),
        "months",
    ),
    "working_days_between": DerivedFunction(
        _working_days_between,
        "any",
        "integer",
        Text(
            zh="两个时间之间的工作日数（首日不计，按国务院节假日安排）",
            en="Working days from the first day, which does not count, to the second, on the "
            "State Council's calendar",
        ),
        "working_days",
    ),
    "day_of": DerivedFunction(
        china_day,
        ("datetime",),
        "date",
        Text(zh="某一时间在中国的日期", en="The day in China on which a time lies"),
    ),
    "equal_text": DerivedFunction(
        _equal_text,
        "any",
        "boolean",
        Text(
            zh="两段文字是否相同（不计大小写和空白）",
            en="Whether two texts are the same, white space and case aside",
        ),
    ),
    "sum": DerivedFunction(
        _sum, "any", "integer", Text(zh="若干整数之和", en="The sum of whole numbers")
    ),
    "count_true": DerivedFunction(
        _count_true,
        "any",
        "integer",
        Text(zh="为“是”的个数", en="How many of the facts are true"),
    ),
    "length": DerivedFunction(
        len, ("string",), "integer", Text(zh="文字的字符数", en="The characters of a text")
    ),
}
