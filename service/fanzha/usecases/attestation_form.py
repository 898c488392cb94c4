"""Attestations as they are posted, and the reading of them into what a profile holds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from fanzha.errors import (
    BadDate,
    FanzhaError,
    Location,
    NotAttestable,
    Problems,
    RequestError,
    UnknownFact,
    WrongAttestation,
    raise_if_any,
)
from fanzha.model.attestation import Attestation
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.model.value_types import MAXIMUM_TEXT
from fanzha.usecases.attestable import AttestableFacts
from fanzha.usecases.form_mistakes import mistakes_of
from fanzha.usecases.posted_facts import MAXIMUM_MISTAKES, StrictDate
from fanzha.usecases.rulebook import Rulebook

MAXIMUM_ATTESTATIONS = 1000
MAXIMUM_NAME = 200
MAXIMUM_EVIDENCE = 1000
LIST = "attestations"


def _told(zh: str, en: str) -> dict[str, Any]:
    return {"title": f"{zh} / {en}"}


class AttestationForm(Schema):
    """One standing fact, said by an assessor, with its evidence and how long it counts."""

    class Meta:
        """Fields that an attestation does not have are refused, not passed over."""

        unknown = RAISE

    fact = fields.String(
        required=True, validate=validate.Length(1, MAXIMUM_NAME), metadata=_told("事实名", "Fact")
    )
    value = fields.Raw(required=True, metadata=_told("值", "Value"))
    assessor = fields.String(
        required=True,
        validate=[validate.Length(1, MAXIMUM_NAME), validate.Regexp(r"\s*\S")],
        metadata=_told("评估人或者部门", "Who assessed it"),
    )
    assessed_at = StrictDate(required=True, metadata=_told("评估日", "Day of the assessment"))
    evidence = fields.String(
        required=True,
        validate=[validate.Length(1, MAXIMUM_EVIDENCE), validate.Regexp(r"\s*\S")],
        metadata=_told("佐证的编号或者位置", "Reference to the evidence"),
    )
    valid_until = StrictDate(
        required=True, metadata=_told("有效期最后一日", "Last day on which it counts")
    )
    basis = fields.String(
        allow_none=True,
        validate=validate.Length(1, MAXIMUM_TEXT),
        metadata=_told("理由", "What the assessment rests on"),
    )


class ProfileForm(Schema):
    """Attestations to be added to a profile; the newest of a fact counts."""

    class Meta:
        """Fields that are not here are refused."""

        unknown = RAISE

    attestations = fields.List(
        fields.Nested(AttestationForm),
        required=True,
        validate=validate.Length(1, MAXIMUM_ATTESTATIONS),
        metadata=_told("评估", "Attestations"),
    )


_FORM = AttestationForm()


def read_attestations(
    body: Mapping[str, Any], institution: Institution, rulebook: Rulebook, today: date
) -> list[Attestation]:
    """Return the attestations; raise Problems with everything that is wrong with them."""
    posted = _posted(body)
    attestable = AttestableFacts(institution, rulebook, today)
    errors: list[FanzhaError] = []
    read: list[Attestation] = []
    seen: set[str] = set()
    for position, each in enumerate(posted):
        place = f"{LIST}.{position}"
        try:
            attestation = _attestation(each, place, attestable, rulebook, today)
        except Problems as problems:
            errors += problems.errors
        else:
            if attestation.fact in seen:
                errors.append(_twice(attestation.fact, place))
            seen.add(attestation.fact)
            read.append(attestation)
        if len(errors) >= MAXIMUM_MISTAKES:
            break
    raise_if_any(errors[:MAXIMUM_MISTAKES])
    return read


def _posted(body: Mapping[str, Any]) -> list[Any]:
    errors: list[FanzhaError] = []
    for name in islice(body, MAXIMUM_MISTAKES):
        if name != LIST:
            errors.append(
                WrongAttestation(
                    Text(zh=f"没有字段 `{name[:60]}`", en=f"there is no field `{name[:60]}`"),
                    hint=Text(zh=f"可用：{LIST}", en=f"known: {LIST}"),
                    where=Location(path=name[:60]),
                )
            )
    posted = body.get(LIST)
    if not isinstance(posted, list) or not 1 <= len(posted) <= MAXIMUM_ATTESTATIONS:
        errors.append(
            WrongAttestation(
                Text(
                    zh=f"`{LIST}` 应为 1 至 {MAXIMUM_ATTESTATIONS} 项的列表",
                    en=f"`{LIST}` must be a list of 1 to {MAXIMUM_ATTESTATIONS} attestations",
                ),
                hint=Text(
                    zh="每项写明 fact、value、assessor、assessed_at、evidence、valid_until",
                    en="each with fact, value, assessor, assessed_at, evidence, valid_until",
                ),
                where=Location(path=LIST),
            )
        )
    raise_if_any(errors)
    assert isinstance(posted, list)
    return posted


def _attestation(
    posted: Any, place: str, attestable: AttestableFacts, rulebook: Rulebook, today: date
) -> Attestation:
    try:
        form = _FORM.load(posted)
    except ValidationError as error:
        raise Problems(list(mistakes_of(error, posted, _FORM, WrongAttestation, place))) from error
    errors: list[FanzhaError] = [*_wrong_fact(form["fact"], place, attestable, rulebook)]
    errors += _wrong_days(form["assessed_at"], form["valid_until"], place, today)
    value = None
    if not errors:
        try:
            value = rulebook.reader.read({form["fact"]: form["value"]})[form["fact"]]
        except Problems as problems:
            errors += [_at(f"{place}.value", each) for each in problems.errors]
    raise_if_any(errors)
    assert value is not None
    return Attestation(
        fact=form["fact"],
        value=value,
        assessor=form["assessor"].strip(),
        assessed_at=form["assessed_at"],
        evidence=form["evidence"].strip(),
        valid_until=form["valid_until"],
        basis=form.get("basis"),
    )


def _wrong_fact(
    name: str, place: str, attestable: AttestableFacts, rulebook: Rulebook
) -> Iterator[RequestError]:
    where = Location(path=f"{place}.fact")
    if name not in rulebook.law.facts:
        near = difflib.get_close_matches(name, sorted(attestable.names), n=1)
        yield UnknownFact(
            Text(zh=f"未知事实 `{name[:60]}`", en=f"unknown fact `{name[:60]}`"),
            hint=Text(
                zh=f"是否应为 `{near[0]}`" if near else "见检查类型 internal_control 的事实",
                en=f"did you mean `{near[0]}`"
                if near
                else "see the facts of the check type internal_control",
            ),
            where=where,
        )
    elif name not in attestable.names:
        yield NotAttestable(
            Text(zh=f"`{name}` 不能记入机构档案", en=f"`{name}` cannot stand in a profile"),
            hint=attestable.why_not(name),
            where=where,
        )


def _wrong_days(
    assessed_at: date, valid_until: date, place: str, today: date
) -> Iterator[RequestError]:
    if assessed_at > today:
        yield BadDate(
            Text(
                zh=f"评估日 {assessed_at} 在未来", en=f"the assessment {assessed_at} is yet to come"
            ),
            hint=Text(zh="评估之后再记入", en="attest what has been assessed"),
            where=Location(path=f"{place}.assessed_at"),
        )
    if valid_until < assessed_at:
        yield BadDate(
            Text(
                zh="`valid_until` 早于 `assessed_at`", en="`valid_until` lies before `assessed_at`"
            ),
            hint=Text(zh="它是最后有效日", en="it is the last day on which it counts"),
            where=Location(path=f"{place}.valid_until"),
        )


def _twice(fact: str, place: str) -> RequestError:
    return WrongAttestation(
        Text(zh=f"`{fact}` 出现了两次", en=f"`{fact}` stands twice"),
        hint=Text(zh="一次只写一个结论", en="state one finding of it at a time"),
        where=Location(path=f"{place}.fact"),
    )


def _at(path: str, error: FanzhaError) -> FanzhaError:
    return type(error)(error.message, hint=error.hint, where=Location(path=path))
