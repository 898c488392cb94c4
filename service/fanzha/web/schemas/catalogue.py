"""The forms of the law as loaded."""

from __future__ import annotations

from fanzha.web.schemas.decision import BundleShape, DaysShape
from fanzha.web.schemas.shape import (
    IntervalShape,
    MeasureShape,
    NamedFactShape,
    Shape,
    amount,
    anything,
    day,
    free,
    many,
    number,
    one,
    text,
    truth,
    word,
    words,
)

AS_OF = ("适用法律之日", "the day whose law it is")


class CheckTypeSummaryShape(Shape):
    """One kind of check."""

    check_type = word("检查类型", "its name")
    title = text("名称", "its title")
    summary = text("说明", "what it is about")
    roles = words("提交机构的角色", "roles of institutions that post it")
    bearer = words("判断谁的义务（空：提交机构）", "whose duties are judged; empty: who posts it")


class DomainShape(Shape):
    """One domain."""

    domain = word("领域", "its name")
    title = text("名称", "its title")
    summary = text("说明", "what it is about")
    plugin = word("插件", "the plugin that brings it", required=False)
    bundle = word("规则包", "the folder of rules that brings it, without code", required=False)
    check_types = many(CheckTypeSummaryShape, "检查类型", "what can be checked in it")


class DomainsShape(Shape):
    """All domains."""

    domains = many(DomainShape, "领域", "the domains that can be checked")


class ContractShape(Shape):
    """A version of what a check type settles from which facts."""

    version = number("版本", "its version")
    since = day("起始日", "since when it is there")
    required = words("必填事实", "the facts it requires")
    summary = text("说明", "what it is about")


class BoundRoleShape(Shape):
    """A role that an obligation binds."""

    role = word("角色", "the role")
    title = text("名称", "its title")


class ObligationSummaryShape(Shape):
    """An obligation in short."""

    id = word("义务编号", "its id")
    cites = words("依据", "the provisions it rests on")
    title = text("名称", "its title")
    modality = word("命令或禁止", "whether it commands or forbids")
    nature = word("行为义务或常设义务", "whether it is about one act or about the organisation")
    binds = many(BoundRoleShape, "义务主体", "the roles it binds")
    stages = words("适用阶段", "the stages it is judged in")
    contract = number("自哪个合同版本起", "the first contract version that has it")
    grade = word("来源等级", "grade of its source")
    in_force = one(IntervalShape, "生效期间", "when it is in force")


class CheckTypeShape(CheckTypeSummaryShape):
    """All that is needed to post a check."""

    domain = word("领域", "its domain")
    as_of = day(*AS_OF)
    contracts = many(ContractShape, "合同版本", "its contracts, the newest last")
    obligations = many(ObligationSummaryShape, "产生的义务", "the obligations it raises")
    facts = free(
        "`facts` 的 JSON Schema（2020-12）", "JSON Schema (2020-12) of `facts` on that day"
    )
    circumstances = free(
        "`circumstances` 的 JSON Schema（2020-12）",
        "JSON Schema (2020-12) of `circumstances` on that day",
    )


class SourceShape(Shape):
    """An instrument."""

    instrument = word("法律文件", "its key")
    title = text("名称", "its title")
    issuer = text("发布机关", "who issued it")
    rank = word("效力级别", "its rank")
    grade = word("来源等级", "grade of our text of it")


class PinpointShape(SourceShape):
    """A place in an instrument."""

    pinpoint = word("条款", "the place in it")


DueShape = Shape.from_dict(
    {
        "from": word("起算的事实", "the fact that it runs from"),
        "within": anything("数量或参数", "how many, or the parameter that says so"),
        "unit": word("单位", "the unit"),
    },
    name="DueShape",
)


class BringsShape(Shape):
    """What a violation brings."""

    firm = words("确定的责任", "liabilities that are firm")
    possible = words("可能的责任", "liabilities that are only possible")


class ObligationShape(ObligationSummaryShape):
    """An obligation with its conditions."""

    implements = words("落实的规定", "the provisions it implements")
    duty = text("义务内容", "what it asks")
    check_types = words("检查类型", "the check types that raise it")
    applies = word("适用条件", "when it applies")
    violated = word("违反条件", "when it is violated")
    due = one(DueShape, "期限", "its deadline", allow_none=True)
    remedy = text("补救", "what to do when it is not met")
    liabilities = one(BringsShape, "责任", "what its violation brings")
    source = one(SourceShape, "来源", "where it stands")
    file = word("规则文件", "the file of rules it is in")


class ObligationsShape(Shape):
    """The obligations in force on a day."""

    as_of = day(*AS_OF)
    obligations = many(ObligationShape, "义务", "the obligations")


class ParameterShape(Shape):
    """A dated number of the law."""

    id = word("参数编号", "its id")
    title = text("名称", "its title")
    value = anything("值", "its value")
    unit = word("单位", "its unit")
    applies_to = words("适用角色", "the roles it is for")
    in_force = one(IntervalShape, "生效期间", "when it is in force")
    sources = many(PinpointShape, "来源", "where it stands")
    implements = words("落实的规定", "the provisions it implements")
    grade = word("来源等级", "grade of its source")
    note = text("说明", "a note", allow_none=True)


class ParametersShape(Shape):
    """The numbers in force on a day."""

    as_of = day(*AS_OF)
    parameters = many(ParameterShape, "参数", "the numbers")


class DefinitionShape(Shape):
    """What counts as a legal element."""

    element = word("法律要件", "the element")
    cites = words("依据", "the provisions it rests on")
    title = text("名称", "its title")
    in_force = one(IntervalShape, "生效期间", "when it is in force")
    when = anything("成立条件，或分类表", "when it is true: a condition, or the rows of a table")
    false_when = word("不成立条件", "when it is certainly false", allow_none=True)


class ObligationDetailShape(ObligationShape):
    """An obligation with the facts, numbers and definitions that it names."""

    as_of = day(*AS_OF)
    facts = many(NamedFactShape, "读取的事实", "the facts it names")
    parameters = many(ParameterShape, "读取的参数", "the numbers it reads")
    definitions = many(DefinitionShape, "要件的定义", "the definitions of elements among them")


class LiabilityFineShape(Shape):
    """A fine in fen, or in multiples of an amount."""

    minimum = number("下限（分或倍数）", "least, in fen or as a multiple", allow_none=True)
    maximum = number("上限（分或倍数）", "most, in fen or as a multiple", allow_none=True)
    multiple_of = word("倍数的基数", "the amount it is a multiple of", allow_none=True)
    alternative = truth("可选处罚之一", "one of several alternatives")


class LiabilityTierShape(Shape):
    """One grade of a liability."""

    name = word("档次", "its name")
    title = text("名称", "its title")
    when = word("适用条件", "when it is met")
    additive = truth("并处", "on top of other tiers")
    fine = one(LiabilityFineShape, "罚款", "the fine", allow_none=True)
    detention_days = one(DaysShape, "拘留天数", "days of detention", allow_none=True)
    measures = many(MeasureShape, "其他措施", "what comes besides")
    optional_measures = many(MeasureShape, "可以采取的措施", "what may come besides")


class LiabilityItemShape(Shape):
    """One item of a penalty article."""

    item = number("项", "its number", allow_none=True)
    act = text("行为", "the act it names")


class LiabilityShape(Shape):
    """A sanctioning or liability clause."""

    id = word("责任条款编号", "its id")
    cites = words("依据", "the provisions it rests on")
    type = word("责任类型", "branch of law")
    subject = words("责任主体", "whom it falls on")
    binds = words("适用角色", "the roles it is for")
    title = text("名称", "its title")
    authority = text("处罚机关", "who imposes it")
    items = many(LiabilityItemShape, "各项行为", "the acts it names")
    tiers = many(LiabilityTierShape, "档次", "its grades, gravest last")
    in_force = one(IntervalShape, "生效期间", "when it is in force")
    note = text("说明", "a note", allow_none=True)
    source = one(SourceShape, "来源", "where it stands")
    file = word("规则文件", "the file of rules it is in")


class LiabilitiesShape(Shape):
    """The liabilities in force on a day."""

    as_of = day(*AS_OF)
    liabilities = many(LiabilityShape, "责任条款", "the liabilities")


class SpentShape(Shape):
    """How much a plugin's functions ran in this process."""

    calls = number("调用次数", "how often its functions were called")
    total_ms = amount("合计毫秒数", "milliseconds, all calls together")
    hanging = words("超过时限的函数", "functions over their limit, not called again")


class PluginShape(Shape):
    """An installed plugin."""

    name = word("插件", "its name")
    version = word("版本", "its version")
    origin = word("来源", "the distribution it comes from")
    prefix = word("名称的前缀", "what its names begin with; only with a domain", required=False)
    api = number("插件接口版本", "the version of the plugin API it was written for", required=False)
    enabled = truth("是否启用", "whether the settings enable it")
    state = word(
        "状态",
        "`enabled`, `not_enabled`, or `hanging`: one of its functions ran over its limit",
        one_of=["enabled", "not_enabled", "hanging"],
    )
    hooks = words("实现的钩子", "the hooks it implements")
    check_types = words("检查类型", "the check types it brings")
    obligations = words("义务", "the obligations that its check types raise")
    functions = words("函数", "the computations it brings")
    spent = one(SpentShape, "函数用时", "time in its functions; enabled plugins", required=False)


class PluginsShape(Shape):
    """All installed plugins."""

    plugins = many(PluginShape, "插件", "the plugins, enabled ones first")


class HealthShape(Shape):
    """The process answers."""

    status = word("状态", "always `ok`", one_of=["ok"])


class ReadinessShape(Shape):
    """The service can decide and keep decisions."""

    status = word("状态", "always `ready`; otherwise a problem is answered", one_of=["ready"])
    bundles = many(BundleShape, "规则包", "the rules that are loaded")
