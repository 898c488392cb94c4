"""A decision as a person reads it: what came out, what is missing, what to do, what it may cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text as Plain

from fanzha.cli.output import in_language
from fanzha.model.text import Text

Json = Mapping[str, Any]

_STATUSES: Mapping[str, tuple[str, Text]] = {
    "violated": ("bold red", Text(zh="违反", en="Violated")),
    "error": ("bold magenta", Text(zh="出错", en="Failed to judge")),
    "undetermined": ("yellow", Text(zh="尚不能确定", en="Undetermined")),
    "pending": ("cyan", Text(zh="期限未届满", en="Pending")),
    "fulfilled": ("green", Text(zh="已履行", en="Fulfilled")),
    "not_applicable": ("dim", Text(zh="不适用", en="Not applicable")),
}
_OUTCOMES: Mapping[str, tuple[str, Text]] = {
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
_LABELS: Mapping[str, Text] = {
    "advice": Text(zh="建议", en="Advice"),
    "settled": Text(zh="已有结论的义务", en="Duties settled"),
    "law": Text(zh="所依法律日期", en="Law of"),
    "needs": Text(zh="还需", en="needs"),
    "or": Text(zh="或", en="or"),
    "remedy": Text(zh="措施", en="do"),
    "due": Text(zh="期限", en="due"),
    "why": Text(zh="理由", en="because"),
    "liabilities": Text(zh="可能承担的责任", en="Liabilities"),
    "firm": Text(zh="确定", en="firm"),
    "possible": Text(zh="可能", en="possible"),
    "exposure": Text(zh="罚款金额范围", en="Exposure to fines"),
    "unbounded": Text(zh="上限不确定", en="no upper bound"),
    "unused": Text(zh="未被使用的事实", en="Facts that nothing read"),
    "yuan": Text(zh="元", en="yuan"),
}
_FEN_PER_YUAN = 100


def print_decision(decision: Json, console: Console, language: str) -> None:
    """Print a decision as JSON values, as `evaluate` and `decisions show` give it."""
    _Page(console, language).decision(decision)


def exposure_in_yuan(exposure: Json, language: str) -> str:
    """Return the range of fines in yuan, `unbounded` named where there is no upper bound."""
    yuan = _LABELS["yuan"].in_language(language)
    least = _yuan(exposure.get("min_fen") or 0)
    most = exposure.get("max_fen")
    if exposure.get("unbounded") or most is None:
        return f"≥ {least} {yuan} ({_LABELS['unbounded'].in_language(language)})"
    return f"{least} – {_yuan(most)} {yuan}"


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, _FEN_PER_YUAN)
    return f"{yuan:,}.{rest:02}" if rest else f"{yuan:,}"


class _Page:
    def __init__(self, console: Console, language: str) -> None:
        self.console = console
        self.language = language

    def decision(self, decision: Json) -> None:
        self.head(decision)
        obligations = decision.get("obligations", ())
        for status in _STATUSES:
            group = [each for each in obligations if each["status"] == status]
            if group:
                self.group(status, group)
        self.liabilities(decision)
        if decision.get("unused"):
            self.line(self.label("unused"), ": ", ", ".join(decision["unused"]), style="dim")

    def head(self, decision: Json) -> None:
        style, title = _OUTCOMES.get(decision["outcome"], ("bold", None))
        name = self.say(title) if title else str(decision["outcome"])
        self.console.print(Plain.assemble((f" {name} ", style), "  ", str(decision.get("id", ""))))
        if decision.get("advice"):
            self.line(self.label("advice"), ": ", self.advice(decision["advice"]), style="bold")
        settled = decision.get("settled")
        if settled:
            self.line(self.label("settled"), f": {settled['of']} / {settled['in_scope']}")
        if decision.get("law"):
            self.line(self.label("law"), f": {decision['law']['as_of']}")

    def group(self, status: str, obligations: Sequence[Json]) -> None:
        style, title = _STATUSES[status]
        self.console.print()
        self.console.print(Plain(f"{self.say(title)} ({len(obligations)})", style=style))
        for each in obligations:
            cites = ", ".join(each.get("cites", ()))
            self.line("  ", self.say(each.get("title", each["id"])), "  ", (cites, "dim"))
            if status != "not_applicable":
                for label, detail in self.details(each):
                    self.line("    ", (f"{label}: ", "dim"), detail)

    def details(self, obligation: Json) -> Iterator[tuple[str, str]]:
        if obligation.get("advice"):
            yield self.label("advice"), self.advice(obligation["advice"])
        if obligation.get("because"):
            yield self.label("why"), self.say(obligation["because"])
        if obligation.get("needs"):
            yield self.label("needs"), self.needs(obligation["needs"])
        if obligation.get("remedy"):
            yield self.label("remedy"), self.say(obligation["remedy"])
        if obligation.get("due"):
            yield self.label("due"), str(obligation["due"])

    def needs(self, needs: Sequence[Any]) -> str:
        """Return what is missing: one set of facts, or alternatives with "or" between them."""
        alternatives = [
            " + ".join(self.say(each["title"]) for each in need)
            if isinstance(need, list | tuple)
            else self.say(need)
            for need in needs
        ]
        return f" {self.label('or')} ".join(alternatives)

    def liabilities(self, decision: Json) -> None:
        liabilities = decision.get("liabilities", ())
        if not liabilities:
            return
        self.console.print()
        self.line(self.label("liabilities"), style="bold")
        for each in liabilities:
            reach = self.label("firm" if each.get("firm") else "possible")
            cites = ", ".join(each.get("cites", ()))
            title = self.say(each.get("title", each["id"]))
            self.line(f"  [{reach}] ", title, "  ", (cites, "dim"))
        exposure = decision.get("exposure")
        if exposure:
            amount = exposure_in_yuan(exposure, self.language)
            self.line(self.label("exposure"), ": ", (amount, "bold"))

    def advice(self, advice: Any) -> str:
        return self.say(_ADVICE[advice]) if advice in _ADVICE else self.say(advice)

    def label(self, key: str) -> str:
        return _LABELS[key].in_language(self.language)

    def say(self, value: Any) -> str:
        return in_language(value, self.language)

    def line(self, *parts: str | tuple[str, str], style: str = "") -> None:
        self.console.print(Plain.assemble(*parts, style=style))
