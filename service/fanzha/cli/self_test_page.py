"""What came of worked cases, for people: a table of those that fail, and how it came about."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from fanzha.cli.derivation_page import print_derivation
from fanzha.cli.output import plain, table
from fanzha.cli.page import Page
from fanzha.model.text import Text
from fanzha.usecases.self_test import CaseResult

_FAILED = Text(zh="未通过的案例", en="Cases that fail")
_HOLD = Text(zh="{} 个案例全部成立", en="all {} cases hold")
_SOME_FAIL = Text(zh="{} 个案例中 {} 个未通过", en="{} cases, {} of them fail")


def print_results(results: Sequence[CaseResult], console: Console, language: str) -> None:
    """Print what fails and why, and the totals."""
    page = Page(console, language)
    failed = [each for each in results if not each.passed]
    if not failed:
        page.line(0, ("✓ ", "bold green"), page.say(_HOLD).format(len(results)))
        return
    listed = table(page.say(Text(zh="案例", en="case")), page.say(Text(zh="位置", en="place")),
                   page.say(Text(zh="名称", en="title")), title=page.say(_FAILED))  # fmt: skip
    for each in failed:
        listed.add_row(
            plain(each.case.id), plain(each.case.place), plain(page.say(each.case.title))
        )
    console.print(listed)
    for each in failed:
        page.gap()
        page.line(0, (each.case.id, "bold"), f"  {page.say(each.case.title)}")
        page.line(0, page.say(each.case.why), style="dim")
        for failure in each.failures:
            page.line(1, ("✗ ", "red"), page.say(failure.message))
            if failure.title is not None:
                page.line(2, page.say(failure.title), style="dim")
            if failure.derivation is not None:
                print_derivation(page, failure.derivation)
    page.gap()
    page.line(0, ("✗ ", "bold red"), page.say(_SOME_FAIL).format(len(results), len(failed)))
