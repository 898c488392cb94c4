"""The form of a check as it is posted, and the reading of it into a typed check."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from fanzha.errors import (
    BadDate,
    FanzhaError,
    Location,
    Problems,
    TooManyFacts,
    UnknownCheckType,
    UnknownDomain,
    WrongEnvelope,
    raise_if_any,
)
from fanzha.model.check import Check, is_within
from fanzha.model.law import Law
from fanzha.model.norms import CheckType, Contract, Stage
from fanzha.model.text import Text
from fanzha.model.value_types import CHINA_TIME
from fanzha.rulesets.cursor import suggest
from fanzha.usecases.assessed import CLOCK_TOLERANCE, MAXIMUM_NAME, take_apart
from fanzha.usecases.posted_facts import (
    MAXIMUM_MISTAKES,
    FactReader,
    StrictBoolean,
    StrictDateTime,
    StrictInteger,
)

MAXIMUM_FACTS = 1000
MAXIMUM_SCOPE = 200
MAXIMUM_LISTED = 12
"""Known words that a hint lists where none comes near."""

_TIME = "2026-03-02T10:15:00+08:00"


def _title(zh: str, en: str) -> dict[str, Any]:
    return {"title": f"{zh} / {en}", "x-title": {"zh": zh, "en": en}}


class CheckForm(Schema):
    """One check: what happened or is proposed, when, at which institution."""

    class Meta:
        """Fields that a check does not have are refused, not passed over."""

        unknown = RAISE

    domain = fields.String(required=True, metadata=_title("领域", "Domain"))
    check_type = fields.String(required=True, metadata=_title("检查类型", "Check type"))
    stage = fields.String(
        required=True,
        validate=validate.OneOf([each.value for each in Stage]),
        metadata=_title("阶段：proposed 拟办，done 已办", "Stage: proposed or done"),
    )
    institution = fields.String(
        required=True,
        validate=validate.Length(1, MAXIMUM_NAME),
        metadata=_title("机构编号", "Id of the institution"),
    )
    occurred_at = StrictDateTime(
        format="iso",
        required=True,
        metadata=_title("行为发生（拟发生）时间", "When the act happened, or is to happen"),
    )
    known_at = StrictDateTime(
        format="iso",
        allow_none=True,
        metadata=_title(
            "所述情况截止时间，缺省为提交时",
            "Up to when the facts are told; by default when the check is posted",
        ),
    )
    facts = fields.Dict(
        required=True,
        validate=validate.Length(max=MAXIMUM_FACTS),
        metadata=_title("事实", "Facts"),
    )
    circumstances = fields.Dict(
        allow_none=True,
        validate=validate.Length(max=MAXIMUM_FACTS),
        metadata=_title("处罚情节", "What only sanctions depend on"),
    )
    scope = fields.List(
        fields.String(validate=validate.Length(1, MAXIMUM_NAME)),
        allow_none=True,
        validate=validate.Length(max=MAXIMUM_SCOPE),
        metadata=_title(
            "只判断这些义务（编号或其开头）", "Judge these obligations only: ids, or how ids begin"
        ),
    )
    contract = StrictInteger(
        allow_none=True,
        metadata=_title("合同版本，缺省为最新", "Contract version; by default the newest"),
    )
    record = StrictBoolean(
        allow_none=True,
        metadata=_title("是否存储，缺省为 true", "Whether to store the decision; by default true"),
    )
    reference = fields.String(
        allow_none=True,
        validate=validate.Length(max=MAXIMUM_NAME),
        metadata=_title("机构自己的编号", "The institution's own reference"),
    )
    supersedes = fields.String(
        allow_none=True,
        validate=validate.Length(1, MAXIMUM_NAME),
        metadata=_title("所更正的决定编号", "Id of the decision that this check corrects"),
    )


_FORM = CheckForm()
_TIMES = {"occurred_at", "known_at"}


def read_check(
    body: Mapping[str, Any],
    law: Law,
    reader: FactReader,
    now: datetime,
    *,
    attributed_to: str | None = None,
    maximum_facts: int = MAXIMUM_FACTS,
) -> Check:
    """Return the typed check; raise Problems with everything that is wrong with it.

    `now` stands for `known_at` where the check has none. `attributed_to` is whose judgments those
    are that come as bare values; without it they are refused.
    """
    try:
        form = _FORM.load(body)
    except ValidationError as error:
        raise Problems(list(islice(_mistakes(error, body), MAXIMUM_MISTAKES))) from error
    if len(form["facts"]) + len(form.get("circumstances") or ()) > maximum_facts:
        raise TooManyFacts(
            Text(
                zh=f"事实与情节超过 {maximum_facts} 项",
                en=f"more than {maximum_facts} facts and circumstances",
            ),
            hint=Text(zh="只提交该检查类型读取的事实", en="post what the check type reads only"),
            where=Location(path="facts"),
        )
    check_type = find_check_type(form["domain"], form["check_type"], law)
    contract = _contract(form, check_type)
    occurred_at = form["occurred_at"]
    known_at = form.get("known_at") or max(now, occurred_at)
    errors: list[FanzhaError] = [*_times(form["stage"], occurred_at, known_at, now)]
    facts, circumstances = {}, {}
    posted = take_apart(form["facts"], reader.judgments, now, attributed_to=attributed_to)
    errors += posted.errors
    try:
        facts = reader.read(posted.values)
    except Problems as problems:
        errors += problems.errors
    try:
        circumstances = reader.read(form.get("circumstances") or {}, circumstances=True)
    except Problems as problems:
        errors += problems.errors
    scope = tuple(form.get("scope") or ())
    errors += islice(_scope(scope, law, check_type.key), MAXIMUM_MISTAKES)
    raise_if_any(errors)
    return Check(
        domain=form["domain"],
        check_type=form["check_type"],
        stage=Stage(form["stage"]),
        institution=form["institution"],
        occurred_at=occurred_at,
        known_at=known_at,
        facts=facts,
        circumstances=circumstances,
        contract=contract.version,
        scope=scope,
        reference=form.get("reference"),
        supersedes=form.get("supersedes"),
        assessments=posted.assessments,
    )


def _mistakes(error: ValidationError, body: Mapping[str, Any]) -> Iterator[FanzhaError]:
    messages = error.messages if isinstance(error.messages, dict) else {}
    known = list(_FORM.fields)
    for name, found in messages.items():
        where = Location(path=str(name)[:MAXIMUM_NAME])
        if name not in known:
            near = difflib.get_close_matches(str(name)[:MAXIMUM_NAME], known, n=1)
            listed = near or known
            yield WrongEnvelope(
                Text(zh=f"检查没有字段 `{where.path}`", en=f"a check has no field `{where.path}`"),
                hint=Text(zh="可用：" + "、".join(listed), en="did you mean: " + ", ".join(listed)),
                where=where,
            )
        elif name not in body:
            yield WrongEnvelope(
                Text(zh=f"缺少 `{name}`", en=f"`{name}` is missing"),
                hint=Text(zh=f"请填写 `{name}`", en=f"state `{name}`"),
                where=where,
            )
        elif name in _TIMES:
            yield BadDate(
                Text(
                    zh=f"`{name}`：`{str(body[name])[:60]}` 不是有效时间",
                    en=f"`{name}`: `{str(body[name])[:60]}` is no such time",
                ),
                hint=Text(zh=f"写成带时区的 {_TIME}", en=f"write it with its offset, as {_TIME}"),
                where=where,
            )
        else:
            yield WrongEnvelope(
                Text(zh=f"`{name}` 的值无效", en=f"the value of `{name}` cannot be used"),
                hint=_expected(str(name), found),
                where=where,
            )


def _expected(name: str, found: Any) -> Text:
    if name == "stage":
        return Text(zh="可用：proposed、done", en="known: proposed, done")
    said = "; ".join(_flat(found)).lower().rstrip(".")
    return Text(zh=f"格式要求：{said}", en=said)


def _flat(found: Any) -> Iterator[str]:
    if isinstance(found, Mapping):
        for each in found.values():
            yield from _flat(each)
    elif isinstance(found, list):
        for each in found:
            yield from _flat(each)
    else:
        yield str(found)


def find_domain(domain: str, law: Law) -> None:
    """Raise UnknownDomain, with a suggestion, unless some check type is of this domain."""
    domains = sorted({each.domain for each in law.check_types.values()})
    if domain not in domains:
        raise UnknownDomain(
            Text(zh=f"没有领域 `{domain[:60]}`", en=f"no domain `{domain[:60]}`"),
            hint=_known(domain, domains),
            where=Location(path="domain"),
        )


def find_check_type(domain: str, name: str, law: Law) -> CheckType:
    """Return that check type; raise UnknownDomain or UnknownCheckType with a suggestion."""
    found = law.check_types.get(f"{domain}/{name}")
    if found is None:
        find_domain(domain, law)
        names = [each.name for each in law.check_types.values() if each.domain == domain]
        raise UnknownCheckType(
            Text(
                zh=f"领域 `{domain}` 没有检查类型 `{name[:60]}`",
                en=f"domain `{domain}` has no check type `{name[:60]}`",
            ),
            hint=_known(name, sorted(names)),
            where=Location(path="check_type"),
        )
    return found


def _known(word: str, known: list[str]) -> Text:
    if near := suggest(word[:MAXIMUM_NAME], known):
        return near
    more = ["…"] if len(known) > MAXIMUM_LISTED else []
    listed = known[:MAXIMUM_LISTED] + more
    return Text(zh="可用：" + "、".join(listed), en="known: " + ", ".join(listed))


def _contract(form: Mapping[str, Any], check_type: CheckType) -> Contract:
    found = check_type.contract(form.get("contract"))
    if found is None:
        newest = check_type.contracts[-1].version
        raise WrongEnvelope(
            Text(
                zh=f"没有合同版本 {form['contract']}", en=f"no contract version {form['contract']}"
            ),
            hint=Text(zh=f"可用：1 至 {newest}", en=f"known: 1 to {newest}"),
            where=Location(path="contract"),
        )
    return found


def _times(
    stage: str, occurred_at: datetime, known_at: datetime, now: datetime
) -> Iterator[FanzhaError]:
    if known_at < occurred_at:
        yield BadDate(
            Text(zh="`known_at` 早于 `occurred_at`", en="`known_at` lies before `occurred_at`"),
            hint=Text(
                zh="`known_at` 是所述情况的截止时间",
                en="`known_at` is the time up to which the facts are told",
            ),
            where=Location(path="known_at"),
        )
    if stage == Stage.DONE and occurred_at <= now + CLOCK_TOLERANCE < known_at:
        yield BadDate(
            Text(
                zh=f"`known_at` {known_at.astimezone(CHINA_TIME)} 在未来",
                en=f"what is known cannot lie in the future: {known_at.astimezone(CHINA_TIME)}",
            ),
            hint=Text(
                zh="期限是否届满按 `known_at` 判断；省略即为提交时",
                en="it decides whether deadlines have passed; left out, it is the time of posting",
            ),
            where=Location(path="known_at"),
        )
    if stage == Stage.DONE and occurred_at > now + CLOCK_TOLERANCE:
        yield BadDate(
            Text(
                zh=f"已办行为的时间 {occurred_at.astimezone(CHINA_TIME)} 在未来",
                en=f"what is done cannot lie in the future: {occurred_at.astimezone(CHINA_TIME)}",
            ),
            hint=Text(zh="拟办的行为请用 stage: proposed", en="post it with stage `proposed`"),
            where=Location(path="occurred_at"),
        )


def _scope(scope: tuple[str, ...], law: Law, check_type: str) -> Iterator[FanzhaError]:
    ids = [each.id for each in law.obligations_of(check_type)] if scope else []
    for position, each in enumerate(scope):
        if not any(is_within(id_, each) for id_ in ids):
            yield WrongEnvelope(
                Text(
                    zh=f"该检查类型没有以 `{each[:60]}` 开头的义务",
                    en=f"no obligation of this check type begins with `{each[:60]}`",
                ),
                hint=_known(each, ids),
                where=Location(path=f"scope.{position}"),
            )
