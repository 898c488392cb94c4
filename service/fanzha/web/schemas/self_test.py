"""The forms of self-tests."""

from __future__ import annotations

from marshmallow import fields

from fanzha.records.self_tests import RunState
from fanzha.web.schemas.decision import BundleShape
from fanzha.web.schemas.shape import (
    Shape,
    free,
    many,
    moment,
    number,
    one,
    text,
    told,
    truth,
    word,
)


class SelfTestForm(Shape):
    """What is asked for."""

    target = word(
        "领域、规范性文件或插件；省略则为全部",
        "a domain, an instrument or a plugin; leave it out for all",
        required=False,
        allow_none=True,
    )


class ProgressShape(Shape):
    """How far a run has come."""

    cases = number("案例数", "how many cases there are")
    done = number("已判断", "how many are judged")
    failed = number("未通过", "how many of those fail")


class SelfTestShape(Shape):
    """One run."""

    id = word("自检编号", "id of the run")
    state = word("状态", "how far it is", one_of=[each.value for each in RunState])
    target = word("范围；null 为全部", "what is tested; null: all", allow_none=True)
    requested_at = moment("请求时间", "when it was asked for")
    started_at = moment("开始时间", "when it began", allow_none=True)
    finished_at = moment("结束时间", "when it ended", allow_none=True)
    progress = one(ProgressShape, "进度", "its progress")


class FailureShape(Shape):
    """One thing that is otherwise than its case expects."""

    message = text("说明", "what is different")
    obligation = word("义务编号", "id of the obligation", required=False)
    title = text("义务名称", "title of the obligation", required=False)
    needs = fields.List(
        fields.List(fields.String()),
        metadata=told("可使其确定的事实组", "sets of facts that would settle it"),
    )
    facts = free("已知的相关事实", "the facts that it names, as far as known", required=False)
    derivation = free("推导过程", "how its status follows", required=False)


class CaseShape(Shape):
    """One case."""

    id = word("案例编号", "id of the case")
    place = word("位置", "file, line and column")
    title = text("名称", "its title")
    check_type = word("检查类型", "what it checks")
    passed = truth("是否成立", "whether it holds")
    duration_microseconds = number("微秒", "microseconds")
    failures = many(FailureShape, "不符之处", "what is different")


class TotalsShape(Shape):
    """The whole in numbers."""

    cases = number("案例数", "how many cases were judged")
    passed = number("成立", "how many hold")
    failed = number("未通过", "how many fail")
    duration_microseconds = number("微秒", "microseconds")


class ReportOfCasesShape(Shape):
    """What came of a run."""

    target = word("范围；null 为全部", "what was tested; null: all", allow_none=True)
    passed = truth("是否全部成立", "whether all cases hold")
    totals = one(TotalsShape, "合计", "the whole in numbers")
    bundles = many(BundleShape, "规则包", "the bundles of rules it was run under")
    cases = many(CaseShape, "案例", "the cases in their order")


class SelfTestDetailShape(SelfTestShape):
    """One run with its report."""

    report = one(
        ReportOfCasesShape, "报告；未完成为 null", "its report; null until it is done",
        allow_none=True,
    )  # fmt: skip


class SelfTestsShape(Shape):
    """One page of runs, newest first."""

    self_tests = many(SelfTestShape, "自检", "the runs of this page")
    next = word(
        "下一页的 cursor；null 表示没有",
        "cursor of the page after; null: none",
        allow_none=True,
    )
