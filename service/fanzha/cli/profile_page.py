"""An institution as a person reads it: its entry, what is attested of it, and what that settles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from fanzha.cli.decision_page import OUTCOMES, STATUSES, print_note, print_obligation
from fanzha.cli.page import Json, Page, plainly
from fanzha.model.text import Text

_ROLES = Text(zh="角色", en="roles")
_LICENCE = Text(zh="许可期间", en="licence")
_SUPERVISOR = Text(zh="监管机关", en="supervisor")
_NOTHING = Text(zh="档案中没有评估", en="nothing is attested in the profile")
_EVIDENCE = Text(zh="佐证", en="evidence")
_BASIS = Text(zh="理由", en="basis")
_EXPIRED = Text(zh="已到期", en="expired")
_AS_OF = Text(zh="截至", en="as of")
_SETTLED = Text(zh="已有结论", en="settled")
_NO_DUTIES = Text(
    zh="没有适合该机构角色的常设义务检查", en="no check of standing duties fits its roles"
)
_FACTS: Mapping[str, tuple[str, Text]] = {
    "expiring": ("bold yellow", Text(zh="即将到期", en="Expiring")),
    "expired": ("bold red", Text(zh="已到期", en="Expired")),
    "never_attested": ("bold yellow", Text(zh="从未评估", en="Never attested")),
}
_UNTIL = Text(zh="有效至 {}", en="valid until {}")


def print_entry(entry: Json, console: Console, language: str) -> None:
    """Print an entry of the registry."""
    page = Page(console, language)
    page.line(0, (page.say(entry["name"]), "bold"), f"  {entry['id']}")
    roles = [f"{page.say(each['title'] or '')} ({each['role']})" for each in entry["roles"]]
    page.detail(0, _ROLES, page.joined(roles))
    first, last = entry["licensed_from"] or "…", entry["licensed_until"] or "…"
    page.detail(0, _LICENCE, f"{first} – {last}")
    if entry["supervisor"]:
        page.detail(0, _SUPERVISOR, entry["supervisor"])


def print_attestations(attestations: Sequence[Json], console: Console, language: str) -> None:
    """Print the attestations of a profile, each with who said it."""
    page = Page(console, language)
    page.gap()
    if not attestations:
        page.line(0, page.say(_NOTHING), style="dim")
        return
    for each in attestations:
        until = page.say(_UNTIL).format(each["valid_until"])
        expired = ("", "") if each["valid"] else (f"  {page.say(_EXPIRED)}", "bold red")
        page.line(0, page.fact(each), (f" = {plainly(each['value'])}", "bold"), expired)
        told = [each["assessor"], each["assessed_at"], until]
        page.line(1, page.joined(told), style="dim")
        for label, key in ((_EVIDENCE, "evidence"), (_BASIS, "basis")):
            if each[key]:
                page.detail(1, label, each[key])


def print_report(report: Json, console: Console, language: str) -> None:
    """Print what the profile settles of the standing duties, and what runs out."""
    page = Page(console, language)
    page.line(0, (report["institution"], "bold"), f"  {page.say(_AS_OF)} {report['as_of']}")
    if not report["check_types"]:
        page.line(0, page.say(_NO_DUTIES), style="dim")
    for each in report["check_types"]:
        _duties(page, each)
    for name, (style, title) in _FACTS.items():
        if report[name]:
            page.gap()
            page.line(0, f"{page.say(title)} ({len(report[name])})", style=style)
            for fact in report[name]:
                _fact(page, fact)


def _duties(page: Page, found: Json) -> None:
    style, outcome = OUTCOMES[found["outcome"]]
    settled = found["settled"]
    page.gap()
    page.line(
        0,
        (f" {page.say(outcome)} ", style),
        f"  {found['domain']}/{found['check_type']}",
        (f"  {page.say(_SETTLED)} {settled['of']} / {settled['in_scope']}", "dim"),
    )
    for note in found["notes"]:
        print_note(page, note)
    for status, (status_style, title) in STATUSES.items():
        if not found[status]:
            continue
        page.line(0, f"{page.say(title)} ({len(found[status])})", style=status_style)
        if status == "not_applicable":
            continue
        for each in found[status]:
            print_obligation(page, each)


def _fact(page: Page, fact: Json) -> None:
    told = f"  {page.say(_UNTIL).format(fact['valid_until'])}" if "valid_until" in fact else ""
    assessor = f"  {fact['assessor']}" if "assessor" in fact else ""
    page.line(1, page.fact(fact), (f"{told}{assessor}", "dim"))
