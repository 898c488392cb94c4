"""Facts that come with who says so: taken apart, so that their values are read like any other.

A fact may be posted as `{"value": …, "assessed_by": …, "assessed_at": …, "basis": …}`. One that
the law leaves to a person's judgment must be: a bare value would be a judgment of nobody.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from marshmallow import ValidationError

from fanzha.errors import (
    BadDate,
    FanzhaError,
    JudgmentUnattributed,
    Location,
    RequestError,
    WrongAssessment,
)
from fanzha.model.attestation import Assessment
from fanzha.model.text import Text
from fanzha.model.value_types import MAXIMUM_TEXT
from fanzha.usecases.legal_calendar import china_day
from fanzha.usecases.posted_facts import (
    MAXIMUM_MISTAKES,
    MAXIMUM_SHOWN,
    StrictDate,
    StrictDateTime,
)

MAXIMUM_NAME = 200
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far an institution's clock may be ahead of ours."""

VALUE, BY, AT, BASIS = "value", "assessed_by", "assessed_at", "basis"
_KEYS = (VALUE, BY, AT, BASIS)
_DAY = StrictDate()
_MOMENT = StrictDateTime(format="iso")
_FORM = Text(
    zh='写作 {"value": …, "assessed_by": "合规部", "assessed_at": "2026-03-02", "basis": "理由"}',
    en='write {"value": …, "assessed_by": "compliance department", "assessed_at": "2026-03-02", '
    '"basis": "the reason"}',
)


@dataclass
class TakenApart:
    """Values without their assessments, the assessments, and what was wrong with those."""

    values: dict[str, Any] = field(default_factory=dict)
    assessments: dict[str, Assessment] = field(default_factory=dict)
    errors: list[FanzhaError] = field(default_factory=list)


def take_apart(
    posted: Mapping[str, Any],
    judgments: Collection[str],
    now: datetime,
    *,
    attributed_to: str | None = None,
) -> TakenApart:
    """Return the posted facts as plain values, and who says those that came with an assessor.

    `judgments` are the facts that a person must judge. `attributed_to` is whose judgment a bare
    value of those is; None: nobody's, so it is refused.
    """
    apart = TakenApart(dict(posted))
    for name, value in posted.items():
        is_judgment = name in judgments
        if isinstance(value, dict) and (is_judgment or VALUE in value):
            apart.values[name] = value.get(VALUE)
            if len(apart.errors) < MAXIMUM_MISTAKES:
                _take(name, value, now, apart)
        elif not is_judgment or value is None:
            continue
        elif attributed_to is not None:
            apart.assessments[name] = Assessment(attributed_to, now)
        elif len(apart.errors) < MAXIMUM_MISTAKES:
            apart.errors.append(_unattributed(name))
    return apart


def _take(name: str, posted: Mapping[str, Any], now: datetime, apart: TakenApart) -> None:
    mistakes = [*_unknown_keys(name, posted), *_missing_keys(name, posted)]
    assessor, basis = posted.get(BY), posted.get(BASIS)
    if assessor is not None and not _is_text(assessor, MAXIMUM_NAME):
        mistakes.append(_wrong(name, BY, MAXIMUM_NAME))
    if basis is not None and not _is_text(basis, MAXIMUM_TEXT):
        mistakes.append(_wrong(name, BASIS, MAXIMUM_TEXT))
    moment = None
    if posted.get(AT) is not None:
        moment = _moment(posted[AT])
        if moment is None or _is_ahead(moment, now):
            mistakes.append(_bad_date(name, posted[AT], is_ahead=moment is not None))
    apart.errors += mistakes
    if not mistakes and moment is not None and posted[VALUE] is not None:
        apart.assessments[name] = Assessment(str(assessor).strip(), moment, basis)


def _unknown_keys(name: str, posted: Mapping[str, Any]) -> list[RequestError]:
    found: list[RequestError] = []
    for key in posted:
        if key not in _KEYS:
            near = difflib.get_close_matches(key[:MAXIMUM_SHOWN], _KEYS, n=1) or _KEYS
            shown = key[:MAXIMUM_SHOWN]
            found.append(
                WrongAssessment(
                    Text(
                        zh=f"`{name}` 的评估信息没有字段 `{shown}`",
                        en=f"the assessment of `{name}` has no field `{shown}`",
                    ),
                    hint=Text(zh="可用：" + "、".join(near), en="did you mean: " + ", ".join(near)),
                    where=_place(name, shown),
                )
            )
    return found[:MAXIMUM_MISTAKES]


def _missing_keys(name: str, posted: Mapping[str, Any]) -> list[RequestError]:
    missing = [key for key in (BY, AT) if posted.get(key) is None]
    if VALUE not in posted:
        missing.insert(0, VALUE)
    elif posted[VALUE] is None:
        # Nothing is said, so nobody need have said it.
        return []
    return [
        WrongAssessment(
            Text(
                zh=f"`{name}` 的评估信息缺少 `{key}`",
                en=f"the assessment of `{name}` lacks `{key}`",
            ),
            hint=_FORM,
            where=_place(name, key),
        )
        for key in missing
    ]


def _is_text(value: Any, maximum: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= maximum


def _wrong(name: str, key: str, maximum: int) -> RequestError:
    return WrongAssessment(
        Text(zh=f"`{name}` 的 `{key}` 不能使用", en=f"`{key}` of `{name}` cannot be used"),
        hint=Text(
            zh=f"填写 1 至 {maximum} 个字符的文字", en=f"write a text of 1 to {maximum} characters"
        ),
        where=_place(name, key),
    )


def _moment(value: Any) -> date | datetime | None:
    for each in (_DAY, _MOMENT):
        try:
            found: date | datetime = each.deserialize(value)
        except ValidationError:
            continue
        return found
    return None


def _is_ahead(moment: date | datetime, now: datetime) -> bool:
    if isinstance(moment, datetime):
        return moment > now + CLOCK_TOLERANCE
    return moment > china_day(now + CLOCK_TOLERANCE)


def _bad_date(name: str, value: Any, *, is_ahead: bool) -> RequestError:
    shown = str(value)[:MAXIMUM_SHOWN]
    message = (
        Text(zh=f"评估时间 `{shown}` 在未来", en=f"the assessment `{shown}` lies in the future")
        if is_ahead
        else Text(zh=f"`{shown}` 不是有效的日期或时间", en=f"`{shown}` is no such day or time")
    )
    return BadDate(
        message,
        hint=Text(
            zh="写成 2026-03-02 或带时区的 2026-03-02T10:15:00+08:00",
            en="write 2026-03-02, or 2026-03-02T10:15:00+08:00 with its offset",
        ),
        where=_place(name, AT),
    )


def _unattributed(name: str) -> RequestError:
    return JudgmentUnattributed(
        Text(
            zh=f"`{name}` 须由机构负责评估的人员判断，并写明是谁、何时判断",
            en=f"`{name}` is for an assessor of the institution to judge: say who did, and when",
        ),
        hint=_FORM,
        where=Location(path=f"facts.{name}"),
    )


def _place(name: str, key: str) -> Location:
    return Location(path=f"facts.{name[:MAXIMUM_SHOWN]}.{key}")
