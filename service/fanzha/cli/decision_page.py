"""A decision as a person reads it: what came out, what is missing, what to do, what it may cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console

from fanzha.cli.derivation_page import print_derivation
from fanzha.cli.liabilities_page import print_liabilities
from fanzha.cli.page import Json, Page, numbered, plainly
from fanzha.model.text import Text

STATUSES: Mapping[str, tuple[str, Text]] = {
    "violated": ("bold red", Text(zh="违反", en="Violated")),
    "error": ("bold magenta", Text(zh="出错", en="Failed to judge")),
    "undetermined": ("bold yellow", Text(zh="尚不能确定", en="Undetermined")),
    "pending": ("bold cyan", Text(zh="期限未届满", en="Pending")),
    "fulfilled": ("bold green", Text(zh="已履行", en="Fulfilled")),
    "not_applicable": ("dim", Text(zh="不适用", en="Not applicable")),
}
OUTCOMES: Mapping[str, tuple[str, Text]] = {
    "non_compliant": ("bold white on red", Text(zh="不合规", en="Non-compliant")),
    "error": ("bold white on magenta", Text(zh="出错", en="Error")),
    "undetermined": ("bold black on yellow", Text(zh="尚不能确定", en="Undetermined")),
    "pending": ("bold black on cyan", Text(zh="期限未届满", en="Pending")),
    "compliant": ("bold white on green", Text(zh="合规", en="Compliant")),
    "not_applicable": ("bold", Text(zh="不适用", en="Not applicable")),
}
_ADVICE: Mapping[str, Text] = {
    "proceed": Text(zh="可以办理", en="proceed"),
    "proceed_with": Text(zh="采取所列措施后办理", en="proceed with the measures named"),
    "hold": Text(zh="暂缓办理", en="hold"),
    "refuse": Text(zh="不予办理", en="refuse"),
}
STAGES: Mapping[str, Text] = {
    "proposed": Text(zh="拟办", en="proposed"),
    "done": Text(zh="已办", en="done"),
}
_ADVISED = Text(zh="建议", en="advice")
_SETTLED = Text(zh="已有结论", en="settled")
_LAW = Text(zh="所依法律", en="law of")
_NOT_IN_FORCE = Text(zh="当日未施行", en="not in force that day")
_MEASURES = Text(zh="采取", en="take")
_BECAUSE = Text(zh="依据", en="because")
_NEEDS = Text(zh="还需", en="needs")
_OR = Text(zh="或者", en="or")
_REMEDY = Text(zh="处理", en="do")
_DUE = Text(zh="期限", en="due")
_NOTE = Text(zh="说明", en="note")
_MISSING = Text(zh="缺少的必填事实", en="required facts not stated")
_ASSESSED = Text(zh="评估人", en="assessed by")
_FROM_PROFILE = Text(zh="取自机构档案", en="from the profile")
_UNUSED = Text(zh="未被使用的事实", en="facts that nothing read")


def print_decision(decision: Json, console: Console, language: str) -> None:
    """Print a decision as JSON values, as `evaluate` and `decisions show` give it.

    Where it holds derivations they are printed too, and obligations that do not apply are then
    listed and not only counted.
    """
    page = Page(console, language)
    _head(page, decision)
    obligations = decision["obligations"]
    for status in STATUSES:
        group = [each for each in obligations if each["status"] == status]
        if group:
            _group(page, status, group)
    print_liabilities(page, decision)
    _rest(page, decision)


def _head(page: Page, decision: Json) -> None:
    style, outcome = OUTCOMES[decision["outcome"]]
    page.line(0, (f" {page.say(outcome)} ", style), f"  {decision['id']}")
    check = decision["check"]
    page.line(
        0,
        f"{check['domain']}/{check['check_type']}",
        f"  {page.say(STAGES[check['stage']])}  {check['institution']}  {check['occurred_at']}",
        style="dim",
    )
    if "advice" in decision:
        page.detail(0, _ADVISED, (page.say(_ADVICE[decision["advice"]]), "bold"))
    settled, law = decision["settled"], decision["law"]
    page.detail(0, _SETTLED, f"{settled['of']} / {settled['in_scope']}")
    page.detail(0, _LAW, law["as_of"])
    for each in law["not_in_force"]:
        days = page.period(each["in_force"])
        page.detail(0, _NOT_IN_FORCE, page.say(each["title"]), (f"  {days}", "dim"))
    for note in decision.get("notes", ()):
        print_note(page, note)


def _group(page: Page, status: str, obligations: Sequence[Json]) -> None:
    style, title = STATUSES[status]
    page.gap()
    page.line(0, f"{page.say(title)} ({len(obligations)})", style=style)
    for each in obligations:
        derivation = each.get("derivation")
        if status == "not_applicable" and derivation is None:
            continue
        print_obligation(page, each)
        if derivation is not None:
            print_derivation(page, derivation)


def print_obligation(page: Page, obligation: Json) -> None:
    """Print one obligation with what there is to know and to do."""
    page.line(1, page.say(obligation["title"]), (f"  {', '.join(obligation['cites'])}", "dim"))
    for label, detail in _details(page, obligation):
        page.detail(2, label, detail)


def print_note(page: Page, note: Json) -> None:
    """Print what a reader should know besides."""
    page.detail(0, _NOTE, (page.say(note["text"]), "yellow"))


def _details(page: Page, obligation: Json) -> Iterator[tuple[Text, str]]:
    if "measures" in obligation:
        yield _MEASURES, page.facts(obligation["measures"])
    else:
        if obligation.get("advice", "proceed") != "proceed":
            yield _ADVISED, page.say(_ADVICE[obligation["advice"]])
        for position, need in enumerate(obligation.get("needs", ())):
            yield (_OR if position else _NEEDS), page.facts(need)
    if obligation["status"] == "violated" and "derivation" not in obligation:
        yield _BECAUSE, page.joined(_basis(obligation["basis"]))
    if "remedy" in obligation:
        yield _REMEDY, page.say(obligation["remedy"])
    if "due" in obligation:
        yield _DUE, obligation["due"]
    if "note" in obligation:
        yield _NOTE, page.say(obligation["note"])


def _basis(basis: Json) -> Iterator[str]:
    for name, value in basis["facts"].items():
        yield f"{name} = {plainly(value)}"
    yield from map(numbered, basis["parameters"])


def _rest(page: Page, decision: Mapping[str, Any]) -> None:
    # Decisions of earlier versions have neither.
    assessed = decision.get("assessed", ())
    attested = [each["fact"] for each in decision.get("from_profile", ())]
    lists = (
        (_FROM_PROFILE, attested),
        (_MISSING, decision["missing_required"]),
        (_UNUSED, decision["unused"]),
    )
    if decision["assessed"] or any(names for _, names in lists):
        page.gap()
    for each in assessed:
        told = [each["by"], each["at"], *([each["basis"]] if each["basis"] else [])]
        said = f"{each['fact']} = {plainly(each['value'])}"
        page.detail(0, _ASSESSED, f"{page.joined(told)}: {said}")
    for label, names in lists:
        if names:
            page.detail(0, label, page.joined(names))
