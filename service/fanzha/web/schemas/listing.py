"""The form of a list of decisions."""

from __future__ import annotations

from fanzha.usecases.advice import ORDER
from fanzha.usecases.list_decisions import ALL_OUTCOMES
from fanzha.web.schemas.decision import CheckedShape, ExposureShape, LinksShape, SettledShape
from fanzha.web.schemas.shape import Shape, many, moment, one, word, words


class SummaryShape(LinksShape):
    """What a list shows of one decision."""

    id = word("决定编号", "id of the decision")
    outcome = word("总体结论", "outcome of the whole check", one_of=list(ALL_OUTCOMES))
    advice = word(
        "拟办时的建议", "what to do, where the act is proposed", one_of=list(ORDER), required=False
    )
    reference = word("机构自己的编号", "the institution's own reference", required=False)
    check = one(CheckedShape, "所检查的行为", "what was checked")
    settled = one(SettledShape, "结论数", "how much is settled")
    violated = words("违反的义务", "the obligations that are violated")
    exposure = one(ExposureShape, "罚款敞口", "the fines of firm liabilities together")
    recorded_at = moment("记录时间", "when it was decided")
    supersedes = word("所更正的决定", "id of the decision that it corrects", required=False)
    follows = word("期限届满前的决定", "id of the decision that was judged again", required=False)


class DecisionsShape(Shape):
    """One page of decisions, newest first."""

    decisions = many(SummaryShape, "决定", "the decisions of this page")
    next = word(
        "下一页的 cursor；null 表示没有",
        "cursor of the page after; null: none",
        allow_none=True,
    )
