"""The form of a report on one institution."""

from __future__ import annotations

from fanzha.model.norms import Stage
from fanzha.model.sanctions import LiabilityType
from fanzha.web.schemas.decision import BundleShape, ExposureShape
from fanzha.web.schemas.institution import ProfileReportShape
from fanzha.web.schemas.shape import (
    Shape,
    day,
    free,
    many,
    moment,
    number,
    one,
    text,
    truth,
    word,
    words,
)


class HeldRoleShape(Shape):
    """What the institution is in law."""

    role = word("角色", "the role")
    title = text("名称", "its title")


class ReportedInstitutionShape(Shape):
    """Whom the report is on."""

    id = word("机构编号", "id of the institution")
    name = text("名称", "its name")
    roles = many(HeldRoleShape, "法律角色", "its roles in law")
    licensed_from = day("许可起始日", "first day of its licence", allow_none=True)
    licensed_until = day("许可最后一日", "last day of its licence", allow_none=True)
    supervisor = word("主管机关", "its supervisor", allow_none=True)


# `from` is a word of Python, so this one is made from a dictionary.
PeriodShape = Shape.from_dict(
    {"from": day("第一天", "first day"), "to": day("最后一天", "last day")}, name="PeriodShape"
)


class CountedDecisionsShape(Shape):
    """How many decisions the report rests on."""

    standing = number("现行的决定", "decisions that stand")
    superseded = number("已更正的决定，不计入", "corrected ones, left out")
    judged_again = number("期限届满后已重新判断的决定，不计入", "judged again later, left out")


class CountedChecksShape(Shape):
    """Checks of one type and stage."""

    domain = word("领域", "domain")
    check_type = word("检查类型", "check type")
    title = text("名称", "its title")
    stage = word("阶段", "stage", one_of=[each.value for each in Stage])
    total = number("次数", "how many")
    outcomes = free("各总体结论的次数", "how many by outcome")


class CountedProvisionShape(Shape):
    """An obligation with how often it came out so."""

    id = word("义务编号", "id of the obligation")
    cites = words("依据", "the provisions it rests on")
    title = text("名称", "its title")
    count = number("次数", "in how many decisions")
    by_deadline = number(
        "其中仅因期限届满而得出", "of these, found because a deadline passed on facts told before"
    )
    first = moment("最早的行为", "the first act")
    last = moment("最近的行为", "the last act")


class CountedLiabilityShape(Shape):
    """A liability with how many decisions reach it."""

    id = word("责任条款编号", "id of the liability")
    cites = words("依据", "the provisions it rests on")
    type = word("责任类型", "branch of law", one_of=[each.value for each in LiabilityType])
    title = text("名称", "its title")
    firm = truth("确定（false 为可能）", "firm; false: only possible")
    decisions = number("涉及的决定数", "how many decisions reach it")


class ExposedDecisionShape(ExposureShape):
    """The fines of one decision."""

    decision = word("决定编号", "id of the decision")
    domain = word("领域", "domain")
    check_type = word("检查类型", "check type")
    occurred_at = moment("行为时间", "when the act happened")
    reference = word("机构自己的编号", "the institution's own reference", required=False)


class ReportedExposureShape(Shape):
    """Fines by decision, and the two ways in which they can come together."""

    decisions = many(ExposedDecisionShape, "各项决定", "each decision with fines")
    as_one_act = one(ExposureShape, "视为一个行为", "all as one act, fined once, the higher")
    as_separate_acts = one(ExposureShape, "视为各自行为", "each as an act of its own")
    note = text("说明", "how they come together")


class AwaitedShape(Shape):
    """A duty whose deadline runs, in one decision."""

    decision = word("决定编号", "id of the decision")
    domain = word("领域", "domain")
    check_type = word("检查类型", "check type")
    occurred_at = moment("行为时间", "when the act happened")
    reference = word("机构自己的编号", "the institution's own reference", required=False)
    obligation = word("义务编号", "id of the obligation")
    cites = words("依据", "the provisions it rests on")
    title = text("名称", "its title")
    due = moment("期限", "when it falls due", allow_none=True)
    is_over = truth("已届满、尚未重新判断", "it has passed and was not judged again yet")


class AppliedBundleShape(BundleShape):
    """A set of rule files with the decisions made by it."""

    decisions = number("决定数", "how many decisions")
    first = moment("最早记录", "recorded first")
    last = moment("最近记录", "recorded last")


class ServiceVersionShape(Shape):
    """A version of the service with the decisions made by it."""

    version = word("服务版本", "version of the service")
    decisions = number("决定数", "how many decisions")


class ReportedLawShape(Shape):
    """By what it was judged."""

    bundles = many(AppliedBundleShape, "规则包", "the rules, by digest")
    services = many(ServiceVersionShape, "服务版本", "versions of the service")


class ReportShape(Shape):
    """A report on one institution's acts of a period."""

    institution = one(ReportedInstitutionShape, "机构", "whom it is on")
    period = one(PeriodShape, "期间", "the days of the acts")
    made_at = moment("编制时间", "when it was made")
    service = word("服务版本", "version of the service that made it")
    note = text("统计口径", "what is counted and how")
    decisions = one(CountedDecisionsShape, "决定数", "how many decisions")
    checks = many(CountedChecksShape, "检查", "checks by type, stage and outcome")
    violations = many(CountedProvisionShape, "违反", "breaches by provision, of acts done")
    exposure = one(ReportedExposureShape, "罚款敞口", "fines of firm liabilities")
    liabilities = many(CountedLiabilityShape, "责任条款", "the clauses that are reached")
    pending = many(AwaitedShape, "期限未届满", "duties whose deadlines run")
    undetermined = many(CountedProvisionShape, "尚不能确定", "open for want of facts, by provision")
    failed = many(CountedProvisionShape, "出错", "not judged for a failure, by provision")
    profile = one(ProfileReportShape, "机构档案", "the report on its profile", allow_none=True)
    law = one(ReportedLawShape, "所依规则", "by which rules it was judged")
