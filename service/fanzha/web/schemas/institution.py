"""The forms of the registry, of profiles and of the report on them."""

from __future__ import annotations

from fanzha.web.schemas.decision import (
    DecidedObligationShape,
    ExposureShape,
    NoteShape,
    SettledShape,
)
from fanzha.web.schemas.shape import (
    NamedFactShape,
    Shape,
    anything,
    day,
    many,
    number,
    one,
    text,
    truth,
    word,
)


class RegisteredRoleShape(Shape):
    """A role that an institution holds."""

    role = word("角色", "the role")
    title = text("名称", "its title", allow_none=True)


class InstitutionShape(Shape):
    """What the registry has of an institution."""

    id = word("机构编号", "its id")
    name = text("名称", "its name")
    roles = many(RegisteredRoleShape, "法律角色", "its roles in law")
    licensed_from = day("许可的第一天", "first day of its licence", allow_none=True)
    licensed_until = day("许可的最后一天", "last day of its licence", allow_none=True)
    supervisor = word("监管机关", "its supervisor", allow_none=True)


class AttestedFactShape(NamedFactShape):
    """A standing fact as it was attested."""

    value = anything("值", "its value")
    assessor = word("评估人", "who assessed it")
    assessed_at = day("评估日", "day of the assessment")
    evidence = word("佐证", "reference to the evidence")
    valid_until = day("有效期最后一日", "last day on which it counts")
    basis = word("理由", "what the assessment rests on", allow_none=True)
    valid = truth("当日有效", "whether it counts on that day")


class EndingShape(NamedFactShape):
    """An attestation whose validity ends soon, or has ended."""

    assessor = word("评估人", "who assessed it")
    assessed_at = day("评估日", "day of the assessment")
    valid_until = day("有效期最后一日", "last day on which it counts")
    days_left = number("剩余天数", "days left; below 0: days since it ended")


class StandingDutiesShape(Shape):
    """The standing duties of one domain, by what they come to."""

    domain = word("领域", "domain")
    check_type = word("检查类型", "check type")
    title = text("名称", "its title")
    outcome = word("总体结论", "outcome of the whole")
    settled = one(SettledShape, "结论数", "how much is settled")
    exposure = one(ExposureShape, "罚款敞口", "the fines of firm liabilities together")
    notes = many(NoteShape, "提示", "what a reader should know besides")
    fulfilled = many(DecidedObligationShape, "已履行", "duties that are met")
    violated = many(DecidedObligationShape, "违反", "duties that are breached")
    undetermined = many(DecidedObligationShape, "尚不能确定", "duties that are open, with needs")
    pending = many(DecidedObligationShape, "期限未届满", "duties whose time still runs")
    not_applicable = many(DecidedObligationShape, "不适用", "duties that do not apply")
    error = many(DecidedObligationShape, "出错", "duties that could not be judged")


class ProfileReportShape(Shape):
    """What the attestations of a profile settle, and what runs out."""

    institution = word("机构编号", "the institution")
    as_of = day("所依之日", "the day whose law and attestations count")
    expiring_within_days = number("即将到期的天数", "days that count as soon")
    check_types = many(StandingDutiesShape, "各领域的常设义务", "standing duties of each domain")
    expiring = many(EndingShape, "即将到期", "attestations that run out soon")
    expired = many(EndingShape, "已到期", "attestations that have run out")
    never_attested = many(NamedFactShape, "从未评估", "required facts that nobody attested")


class ProfileShape(Shape):
    """The profile of an institution with its report."""

    institution = word("机构编号", "the institution")
    as_of = day("所依之日", "the day that it is about")
    attestations = many(AttestedFactShape, "评估", "the newest attestation of each fact")
    report = one(ProfileReportShape, "报告", "what they settle")
