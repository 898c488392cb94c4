"""Liabilities as a person reads them: each clause with its tiers, and the exposure to fines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fanzha.cli.page import Json, Page
from fanzha.model.text import Text

_HEADING = Text(zh="法律责任", en="Liabilities")
_FIRM = Text(zh="确定", en="firm")
_POSSIBLE = Text(zh="可能", en="possible")
_FINE = Text(zh="罚款", en="fine")
_TIMES = Text(zh="倍", en="times")
_OR_NONE = Text(zh="（可择一，可不罚款）", en=" (one alternative: there may be none)")
_DETENTION = Text(zh="拘留天数", en="days of detention")
_MEASURES = Text(zh="措施", en="with")
_OPTIONAL = Text(zh="可以并处", en="possibly with")
_OPEN = Text(zh="取决于", en="depends on")
_OR = Text(zh="或者", en="or")
_EXPOSURE = Text(zh="罚款风险（确定责任）", en="Exposure to fines (firm liabilities)")
_ON_INSTITUTION = Text(zh="机构", en="institution")
_ON_INDIVIDUALS = Text(zh="责任人员", en="individuals")
_NO_BOUND = Text(zh="上限不确定", en="no upper bound")
_NONE = Text(zh="无", en="none")


def print_liabilities(page: Page, decision: Json) -> None:
    """Print the liabilities of a decision and what the firm ones may cost; nothing if none."""
    if not decision["liabilities"]:
        return
    page.gap()
    page.line(0, page.say(_HEADING), style="bold")
    for each in decision["liabilities"]:
        _liability(page, each)
    exposure = decision["exposure"]
    page.gap()
    page.line(0, page.say(_EXPOSURE), style="bold")
    page.detail(1, _ON_INSTITUTION, (_range(page, exposure), "bold"))
    page.detail(1, _ON_INDIVIDUALS, (_range(page, exposure["individual"]), "bold"))


def _liability(page: Page, liability: Json) -> None:
    reach = _FIRM if liability["firm"] else _POSSIBLE
    style = "red" if liability["firm"] else "yellow"
    page.line(
        1,
        (page.say(reach), style),
        f"  {page.say(liability['title'])}",
        (f"  {page.joined([*liability['cites'], page.say(liability['authority'])])}", "dim"),
    )
    for tier in liability["tiers"]:
        page.line(2, ("· ", "dim"), page.say(tier["title"]))
        for label, detail in _tier(page, tier):
            page.detail(3, label, detail)
    if "note" in liability:
        page.line(2, page.say(liability["note"]), style="dim")


def _tier(page: Page, tier: Json) -> Iterator[tuple[Text, str]]:
    if "fine" in tier:
        yield _FINE, _fine(page, tier["fine"])
    if "detention_days" in tier:
        days = tier["detention_days"]
        yield _DETENTION, _between(days["minimum"], days["maximum"])
    if tier["measures"]:
        yield _MEASURES, _measures(page, tier["measures"])
    if tier["optional_measures"]:
        yield _OPTIONAL, _measures(page, tier["optional_measures"])
    needs = tier.get("when_open", ())
    if needs:
        yield _OPEN, f" {page.say(_OR)} ".join(page.facts(each) for each in needs)


def _fine(page: Page, fine: Json) -> str:
    if "multiple_of" in fine:
        times = _between(fine["minimum"], fine["maximum"])
        amount = f"{times} {page.say(_TIMES)} {fine['multiple_of']}"
    else:
        amount = _between(
            *(None if fen is None else page.yuan(fen) for fen in (fine["min_fen"], fine["max_fen"]))
        )
    return amount + (page.say(_OR_NONE) if fine["alternative"] else "")


def _measures(page: Page, measures: list[Json]) -> str:
    return page.joined(page.say(each["title"]) for each in measures)


def _between(low: Any, high: Any) -> str:
    if low == high:
        return str(low)
    if low is None:
        return f"≤ {high}"
    return f"≥ {low}" if high is None else f"{low} – {high}"


def _range(page: Page, exposure: Json) -> str:
    low = page.yuan(exposure["min_fen"])
    if exposure["unbounded"]:
        hangs_on = page.joined(exposure["depends_on"])
        on = [f"{page.say(_OPEN)} {hangs_on}"] if hangs_on else []
        return f"≥ {low} ({page.joined([page.say(_NO_BOUND), *on])})"
    if exposure["max_fen"] == 0:
        return page.say(_NONE)
    return _between(low, page.yuan(exposure["max_fen"]))
