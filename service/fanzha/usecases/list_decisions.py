"""Lists decisions, newest first: what is asked for, one page of summaries, and how to go on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from marshmallow import ValidationError

from fanzha.errors import BadDate, Location
from fanzha.model.text import Text
from fanzha.model.value_types import CHINA_TIME
from fanzha.records import Decisions, Filters
from fanzha.records.decision_record import is_storable
from fanzha.rulesets.cursor import suggest
from fanzha.usecases.filing import LISTED
from fanzha.usecases.judgement import OUTCOMES
from fanzha.usecases.paging import cursor_of, read_cursor, read_limit, wrong_value
from fanzha.usecases.posted_facts import StrictDate, StrictDateTime

Json = dict[str, Any]

ALL_OUTCOMES = (*(outcome for _, outcome in OUTCOMES), "not_applicable")
STATUSES = tuple(each.value for each in LISTED)

QUERY: Mapping[str, Text] = {
    "institution": Text(zh="只列该机构", en="only this institution"),
    "domain": Text(zh="只列该领域", en="only this domain"),
    "check_type": Text(zh="只列该检查类型", en="only this check type"),
    "outcome": Text(zh="只列该总体结论", en="only this outcome"),
    "obligation": Text(
        zh="只列该义务处于 status 所述状态的决定，缺省为违反",
        en="only where this obligation has the status of `status`; by default violated",
    ),
    "status": Text(
        zh="义务状态：violated、pending、undetermined 或 error；不写 obligation 则为任一义务",
        en="violated, pending, undetermined or error; of any obligation where none is named",
    ),
    "reference": Text(zh="机构自己的编号", en="the institution's own reference"),
    "recorded_from": Text(zh="记录时间自（日期或时间）", en="recorded from this day or time"),
    "recorded_to": Text(zh="记录时间至（含当日）", en="recorded up to this day or time, included"),
    "occurred_from": Text(zh="行为时间自（日期或时间）", en="acts from this day or time"),
    "occurred_to": Text(zh="行为时间至（含当日）", en="acts up to this day or time, included"),
}
"""What a list is narrowed by, with its meaning."""
_DAYS, _MOMENTS = StrictDate(), StrictDateTime(format="iso")
_DAY, _TIME = "2026-03-02", "2026-03-02T10:15:00+08:00"
_TIMES = ("recorded_from", "recorded_to", "occurred_from", "occurred_to")
_WORDS = {"outcome": ALL_OUTCOMES, "status": STATUSES}


def list_decisions(
    decisions: Decisions,
    asked: Mapping[str, str],
    *,
    maximum_page: int,
    supervisor: str | None = None,
) -> Json:
    """Return one page: summaries and `next`, the cursor of the page after; null at the end.

    `asked` are the names of QUERY and PAGING with their values as text; with `supervisor`, only
    decisions of those it supervises are found. Raises WrongQuery and BadDate for values that
    cannot be used.
    """
    limit, before = read_limit(asked.get("limit"), maximum_page), read_cursor(asked.get("cursor"))
    # One more than is shown, which tells whether there is a page after.
    filters = replace(read_filters(asked), supervisor=supervisor)
    found = decisions.page(filters, limit=limit + 1, before=before)
    shown = [summary(each) for each in found[:limit]]
    return {"decisions": shown, "next": cursor_of(shown[-1]["id"]) if len(found) > limit else None}


def read_filters(asked: Mapping[str, str]) -> Filters:
    """Return what a list is narrowed to."""
    given: dict[str, Any] = {}
    for name in QUERY.keys() & asked.keys():
        value = asked[name]
        if name in _TIMES:
            given[name] = read_moment(name, value)
            continue
        if name in _WORDS and value not in _WORDS[name]:
            raise wrong_value(name, value, _known(value, _WORDS[name]))
        if not is_storable(value):
            raise wrong_value(name, "…", Text(zh="请使用普通文字", en="write it as ordinary text"))
        given[name] = value
    return Filters(**given)


def read_moment(name: str, value: str) -> datetime:
    """Return the moment of a day or a time; a day means its beginning, or, for `to`, its end.

    Raises BadDate.
    """
    try:
        if len(value) == len(_DAY):
            day = _DAYS.deserialize(value)
            moment = datetime.combine(day, time.max if name.endswith("to") else time.min)
            return moment.replace(tzinfo=CHINA_TIME)
        return _MOMENTS.deserialize(value)
    except ValidationError as error:
        raise _bad_date(name, value, f"{_DAY} / {_TIME} (+ = %2B)") from error


def read_day(name: str, value: str) -> date:
    """Return the day of the calendar; raise BadDate."""
    try:
        return _DAYS.deserialize(value)
    except ValidationError as error:
        raise _bad_date(name, value, _DAY) from error


def _bad_date(name: str, value: str, form: str) -> BadDate:
    shown = value[:60]
    return BadDate(
        Text(
            zh=f"`{name}`：`{shown}` 不是有效的日期或时间",
            en=f"`{name}`: `{shown}` is no such day or time",
        ),
        hint=Text(zh=f"写作 {form}", en=f"write it as {form}"),
        where=Location(path=name),
    )


def summary(answer: Mapping[str, Any]) -> Json:
    """Return what a list shows of one answer with its `links`."""
    shown: Json = {
        "id": answer["id"],
        "outcome": answer["outcome"],
        "check": answer["check"],
        "settled": answer["settled"],
        "violated": [
            each["id"] for each in answer["obligations"] if each["status"] == LISTED[0].value
        ],
        "exposure": answer["exposure"],
        "recorded_at": answer["recorded_at"],
    }
    for name in ("advice", "reference", "supersedes", "follows"):
        if name in answer:
            shown[name] = answer[name]
    return {**shown, **answer.get("links", {})}


def _known(word: str, known: Collection[str]) -> Text:
    listed = Text(zh="可用：" + "、".join(known), en="known: " + ", ".join(known))
    return suggest(word[:60], known) or listed
