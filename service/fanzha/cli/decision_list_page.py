"""Lists of decisions as a person reads them: one line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from fanzha.cli.decision_page import OUTCOMES, STAGES
from fanzha.cli.output import plain, table
from fanzha.cli.page import Json, Page
from fanzha.model.text import Text

_COLUMNS: tuple[Text, ...] = (
    Text(zh="编号", en="id"),
    Text(zh="结论", en="outcome"),
    Text(zh="行为时间", en="act of"),
    Text(zh="检查", en="check"),
    Text(zh="违反及说明", en="violated, and notes"),
)
_DUE_COLUMNS: tuple[Text, ...] = (
    Text(zh="编号", en="id"),
    Text(zh="机构", en="institution"),
    Text(zh="期限", en="due"),
    Text(zh="重新判断", en="judged again"),
    Text(zh="新决定", en="new decision"),
)
_LINKS: Mapping[str, Text] = {
    "supersedes": Text(zh="更正", en="corrects"),
    "follows": Text(zh="接续", en="follows"),
    "superseded_by": Text(zh="已更正为", en="corrected by"),
    "followed_by": Text(zh="已接续为", en="followed by"),
}
_TO_THE_MINUTE = len("2026-03-02T10:15")
_NOTHING = Text(zh="没有符合条件的决定", en="no such decision")
_NOTHING_DUE = Text(zh="没有到期的决定", en="nothing falls due")
_NEXT = Text(zh="下一页", en="next page")
_NOT_YET = Text(zh="尚未到期", en="not yet")
_FAILED = Text(zh="未能判断", en="failed")


def print_decision_list(found: Json, console: Console, language: str) -> None:
    """Print one page of summaries, and how to go on."""
    page = Page(console, language)
    if not found["decisions"]:
        page.line(0, page.say(_NOTHING))
        return
    shown = _table(page, _COLUMNS)
    for each in found["decisions"]:
        check = each["check"]
        style, outcome = OUTCOMES[each["outcome"]]
        notes = [*each["violated"]]
        if "reference" in each:
            notes.append(each["reference"])
        notes += [f"{page.say(_LINKS[name])} {each[name]}" for name in _LINKS if name in each]
        shown.add_row(
            each["id"],
            f"[{style}]{page.say(outcome)}[/]",
            check["occurred_at"][:_TO_THE_MINUTE].replace("T", " "),
            plain(
                f"{check['domain']}/{check['check_type']}\n"
                f"{page.say(STAGES[check['stage']])} {check['institution']}"
            ),
            plain("\n".join(notes)),
        )
    console.print(shown)
    if found["next"]:
        page.gap()
        page.detail(0, _NEXT, f"--cursor {found['next']}")


def print_due(rows: Iterable[Json], console: Console, language: str) -> None:
    """Print what falls due, with what came of it where it was judged again."""
    page = Page(console, language)
    shown = _table(page, _DUE_COLUMNS)
    for each in rows:
        result = page.say(_NOT_YET)
        if each["outcome"]:
            style, outcome = OUTCOMES[each["outcome"]]
            result = f"[{style}]{page.say(outcome)}[/]"
        elif each["failure"]:
            result = f"[magenta]{page.say(_FAILED)} ({each['failure']})[/]"
        shown.add_row(
            each["id"], plain(each["institution"]), each["due"], result, each["followed_by"] or ""
        )
    if shown.row_count:
        console.print(shown)
    else:
        page.line(0, page.say(_NOTHING_DUE))


def _table(page: Page, columns: Iterable[Text]) -> Table:
    made = table(*(page.say(each) for each in columns))
    # An id that is broken over lines cannot be copied.
    made.columns[0].no_wrap = True
    return made
