"""The form of the account of a law."""

from __future__ import annotations

from fanzha.model.provisions import NormKind
from fanzha.usecases.coverage import DISPOSITIONS
from fanzha.web.schemas.shape import Shape, many, number, one, text, truth, word, words


class LawShape(Shape):
    """Which law it is."""

    key = word("法律文件", "the instrument's key")
    title = text("名称", "its title")


class SummaryOfProvisionsShape(Shape):
    """Provisions by what became of them."""

    provisions = number("规范总数", "how many provisions there are")
    encoded = number("已编码", "encoded by an obligation or a definition")
    addressed_to_others = number("约束他人", "binding nobody whose duties are judged here")
    power_or_definition = number("权力、权利或定义", "powers, rights and definitions")
    not_encodable = number("无法编码", "that no condition could decide")
    missing = number("缺失", "missing")


class ProofsShape(Shape):
    """The cases that prove a provision."""

    count = number("案例数", "how many cases name it")
    statuses = words("所证明的状态", "the statuses that they prove")


class ProvisionShape(Shape):
    """One provision."""

    id = word("规范编号", "its id")
    cites = word("条款", "where it stands")
    kind = word("规范类型", "what kind of norm it is", one_of=[each.value for each in NormKind])
    title = text("名称", "its title")
    disposition = word("归类", "what became of it", one_of=list(DISPOSITIONS))
    reason = text("未编码的理由", "why it is not encoded", required=False)
    obligations = words("义务", "the obligations that encode it")
    definitions = words("定义的要件", "elements whose definitions rest on it")
    detailed_by = words("细化它的义务", "obligations of other rules that give detail to it")
    check_types = words("检查类型", "the check types that judge it")
    cases = one(ProofsShape, "案例", "the cases that prove it")


class ParameterCoverageShape(Shape):
    """One parameter and what reads it."""

    id = word("参数编号", "its id")
    title = text("名称", "its title")
    grade = word("来源等级", "grade of its source")
    implements = words("所细化的条款", "the provisions it gives detail to")
    obligations = words("读取它的义务", "the obligations that read it")
    definitions = words("读取它的定义", "the elements whose definitions read it")
    liabilities = words("读取它的责任条款", "the liabilities that read it")
    used = truth("是否有规则读取", "whether any rule reads it")
    unused = text("未读取的理由", "why no rule reads it", required=False)


class SummaryOfParametersShape(Shape):
    """Parameters by whether they are read."""

    parameters = number("参数总数", "how many parameters there are")
    used = number("已读取", "read by some rule")
    unused = number("未读取，已说明理由", "not read, with a reason")
    unexplained = number("未读取，未说明理由", "not read, without a reason")


class CoverageShape(Shape):
    """The account of a law."""

    law = one(LawShape, "法律", "the law")
    summary = one(SummaryOfProvisionsShape, "全部规范", "all provisions")
    summary_of_duties = one(SummaryOfProvisionsShape, "义务和禁止", "obligations and prohibitions")
    provisions = many(ProvisionShape, "规范", "the provisions in the order of the law")
    summary_of_parameters = one(SummaryOfParametersShape, "参数合计", "all parameters")
    parameters = many(ParameterCoverageShape, "参数", "the parameters of all rules")
