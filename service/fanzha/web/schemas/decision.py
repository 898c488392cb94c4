"""The form of a decision."""

from __future__ import annotations

from marshmallow import fields

from fanzha.engine import Status
from fanzha.model.norms import Stage
from fanzha.model.sanctions import LiabilityType, Subject
from fanzha.usecases.advice import ORDER
from fanzha.usecases.judgement import OUTCOMES
from fanzha.usecases.notes import CODES
from fanzha.web.schemas.shape import (
    IntervalShape,
    MeasureShape,
    NamedFactShape,
    Shape,
    anything,
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

_ADVICE = list(ORDER)


class NumberShape(Shape):
    """A dated number of the law that was read."""

    id = word("参数编号", "id of the parameter")
    value = anything("值", "its value")
    unit = word("单位", "its unit")
    grade = word("来源等级", "grade of its source")


# `from` is a word of Python, so this one is made from a dictionary.
BasisShape = Shape.from_dict(
    {
        "facts": free("已知的事实", "the facts, as far as they are known; personal ones masked"),
        "parameters": many(NumberShape, "读取的参数", "the numbers that were read"),
        "from": free(
            "取自机构档案的事实",
            "facts that it rests on and that were taken over: fact to `profile`",
            required=False,
        ),
    },
    name="BasisShape",
)


class DecidedObligationShape(Shape):
    """One obligation with what it comes to in this check."""

    id = word("义务编号", "id of the obligation")
    cites = words("依据", "the provisions it rests on")
    title = text("名称", "its title")
    grade = word("来源等级", "grade of its source")
    status = word("状态", "its status", one_of=[each.value for each in Status])
    advice = word(
        "拟办时的建议", "what to do, where the act is proposed", one_of=_ADVICE, required=False
    )
    measures = many(
        NamedFactShape, "须先采取的措施", "what to do first, for `proceed_with`", required=False
    )
    needs = fields.List(
        fields.List(fields.Nested(NamedFactShape)),
        metadata={
            "description": "任一组事实即可得出结论 / any one of these sets of facts would settle it"
        },
    )
    remedy = text("现在应做什么", "what to do now", required=False)
    due = moment("期限", "when it falls due", required=False)
    note = text("说明", "why it is so, where the rules do not say", required=False)
    basis = one(BasisShape, "所依据的内容", "what it rests on", required=False)
    derivation = free("推导过程", "how it follows, with `?explain=full`", required=False)


class FineShape(Shape):
    """A fine: in fen, or as multiples of an amount."""

    min_fen = number("下限（分）", "least, in fen", required=False, allow_none=True)
    max_fen = number("上限（分）", "most, in fen", required=False, allow_none=True)
    multiple_of = word("倍数的基数", "the amount it is a multiple of", required=False)
    minimum = number("最低倍数", "least multiple", required=False, allow_none=True)
    maximum = number("最高倍数", "highest multiple", required=False, allow_none=True)
    alternative = truth("可选处罚之一", "one of several alternatives, so that there may be no fine")


class DaysShape(Shape):
    """Days of detention."""

    minimum = number("最少天数", "fewest days", allow_none=True)
    maximum = number("最多天数", "most days", allow_none=True)


class StandingTierShape(Shape):
    """A grade of a liability that is met, or that could still be."""

    name = word("档次", "name of the tier")
    title = text("名称", "its title")
    when_open = fields.List(
        fields.List(fields.Nested(NamedFactShape)),
        metadata={
            "description": "尚不确定：任一组情节即可确定 / "
            "not settled: any one of these sets of circumstances would"
        },
    )
    fine = one(FineShape, "罚款", "the fine", required=False)
    detention_days = one(DaysShape, "拘留天数", "days of detention", required=False)
    measures = many(MeasureShape, "其他措施", "what comes besides")
    optional_measures = many(MeasureShape, "可以采取的措施", "what may come besides")


class BroughtLiabilityShape(Shape):
    """A liability that a violation brings, or may bring."""

    id = word("责任条款编号", "id of the liability")
    cites = words("依据", "the provisions it rests on")
    type = word("责任类型", "branch of law", one_of=[each.value for each in LiabilityType])
    subject = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "责任主体 / whom it falls on",
            "x-words": [each.value for each in Subject],
        },
    )
    firm = truth("确定（false 为可能）", "firm; false: only possible, and not in the exposure")
    title = text("名称", "its title")
    authority = text("处罚机关", "who imposes it")
    violations = words("引起责任的义务", "the violated obligations that bring it")
    tiers = many(StandingTierShape, "档次", "its grades that stand")
    note = text("说明", "a note", required=False)


class RangeShape(Shape):
    """Fines together, in fen."""

    min_fen = number("下限（分）", "least, in fen")
    max_fen = number("上限（分）", "most, in fen; null: without bound", allow_none=True)
    unbounded = truth("上限不定", "there is no upper bound yet")
    depends_on = words("取决于", "the circumstances that it hangs on")


class ExposureShape(RangeShape):
    """The fines of all firm liabilities, of the institution and of the individual."""

    individual = one(RangeShape, "责任人员", "of the responsible individual")


class CheckedShape(Shape):
    """What was checked."""

    domain = word("领域", "domain")
    check_type = word("检查类型", "check type")
    stage = word("阶段", "stage", one_of=[each.value for each in Stage])
    institution = word("机构编号", "the institution")
    occurred_at = moment("行为时间", "when the act happened, or is to")
    known_at = moment("情况截止时间", "up to when the facts are told")
    contract = number("合同版本", "version of the contract")
    bearer = words("判断谁的义务（空：该机构）", "whose duties were judged; empty: its own")


class SettledShape(Shape):
    """How much of it is settled."""

    of = number("已有结论的义务数", "obligations with a settled status")
    in_scope = number("范围内的义务数", "obligations in scope")


class BundleShape(Shape):
    """A published set of rule files."""

    name = word("规则包", "its name")
    digest = word("摘要", "digest of all its files")


class NotInForceShape(Shape):
    """An instrument of this check type that binds nobody on that day."""

    instrument = word("法律文件", "key of the instrument")
    title = text("名称", "its title")
    in_force = one(IntervalShape, "生效期间", "when it is in force")


class AppliedLawShape(Shape):
    """The law that was applied."""

    as_of = day("适用法律之日", "the day whose law it is")
    bundles = many(BundleShape, "规则包", "the rules that were loaded")
    not_in_force = many(NotInForceShape, "当日不生效的文件", "instruments not in force on that day")


class VersionsShape(Shape):
    """What judged it."""

    service = word("服务版本", "version of the service")
    engine = word("规则引擎", "the rules engine")
    language = number("条件语言版本", "version of the condition language")
    plugins = free("插件版本", "versions of the plugins")


class AssessedShape(Shape):
    """A fact with who says so."""

    fact = word("事实名", "name of the fact")
    value = anything("值", "its value; masked where it is personal")
    by = word("评估人", "who assessed it")
    at = word("评估日期或者时间", "when: a day, or a time with its offset")
    basis = word("理由", "what the assessment rests on", allow_none=True)


class FromProfileShape(Shape):
    """A fact that was taken over from the institution's profile."""

    fact = word("事实名", "name of the fact")
    assessor = word("评估人", "who attested it")
    assessed_at = day("评估日", "day of the assessment")
    valid_until = day("有效期最后一日", "last day on which it counts")


class NoteShape(Shape):
    """What a reader should know besides; it changes no status."""

    code = word("代码", "stable code", one_of=list(CODES))
    text = text("说明", "what there is to know")
    facts = words("有关的事实", "the facts that it is about", required=False)


class LinksShape(Shape):
    """The decision that stands in the place of this one by now: one of the two."""

    superseded_by = word("更正的决定", "id of the one that corrects it", required=False)
    followed_by = word(
        "期限届满后的决定", "id of the one made once a deadline had passed", required=False
    )


class DecisionShape(Shape):
    """The whole answer to a check."""

    id = word("决定编号", "id of the decision")
    outcome = word(
        "总体结论",
        "outcome of the whole check",
        one_of=[*(outcome for _, outcome in OUTCOMES), "not_applicable"],
    )
    advice = word(
        "拟办时的建议", "what to do, where the act is proposed", one_of=_ADVICE, required=False
    )
    reference = word("机构自己的编号", "the institution's own reference", required=False)
    check = one(CheckedShape, "所检查的行为", "what was checked")
    settled = one(SettledShape, "结论数", "how much is settled")
    obligations = many(DecidedObligationShape, "义务", "the obligations in scope")
    liabilities = many(BroughtLiabilityShape, "责任", "what the violations can bring")
    exposure = one(ExposureShape, "罚款敞口", "the fines of firm liabilities together")
    law = one(AppliedLawShape, "适用的法律", "the law that was applied")
    assessed = many(AssessedShape, "附评估人的事实", "facts with who says so")
    from_profile = many(
        FromProfileShape, "取自机构档案的事实", "facts taken over from the institution's profile"
    )
    notes = many(NoteShape, "提示", "what a reader should know besides")
    missing_required = words("缺少的必填事实", "facts that the contract requires and nobody stated")
    unused = words("未用到的事实", "facts that nothing reads on that day")
    versions = one(VersionsShape, "版本", "what judged it")
    recorded_at = moment("记录时间", "when it was decided")
    supersedes = word("所更正的决定", "id of the decision that it corrects", required=False)
    follows = word(
        "期限届满前的决定",
        "id of the decision whose facts were judged again, once a deadline had passed",
        required=False,
    )
    links = one(
        LinksShape,
        "由哪项决定取代；答复时尚无",
        "which decision stands in its place; none when it was answered",
        required=False,
    )
