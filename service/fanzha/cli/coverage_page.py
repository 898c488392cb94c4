"""The account of a law for people: each provision in a row, then what is missing, and totals."""

from __future__ import annotations

from rich.console import Console

from fanzha.cli.output import plain, table
from fanzha.cli.page import Json, Page
from fanzha.model.text import Text

_PROVISIONS: dict[str, Text] = {
    "provisions": Text(zh="规范", en="provisions"),
    "encoded": Text(zh="已编码", en="encoded"),
    "addressed_to_others": Text(zh="约束他人", en="addressed to others"),
    "power_or_definition": Text(zh="权力、权利或定义", en="power, right or definition"),
    "not_encodable": Text(zh="无法编码", en="not encodable"),
    "missing": Text(zh="缺失", en="missing"),
}
_PARAMETERS: dict[str, Text] = {
    "parameters": Text(zh="参数", en="parameters"),
    "used": Text(zh="已读取", en="used"),
    "unused": Text(zh="未读取，有理由", en="unused, with a reason"),
    "unexplained": Text(zh="未读取，无理由", en="unused, without a reason"),
}
_STYLES = {"encoded": "green", "missing": "bold red"}
_ALL = Text(zh="全部规范", en="All provisions")
_DUTIES = Text(zh="其中义务和禁止", en="Obligations and prohibitions")
_UNEXPLAINED = Text(zh="没有规则读取且未说明理由的参数", en="Parameters unused without a reason")


def print_coverage(account: Json, console: Console, language: str) -> None:
    """Print the account."""
    page = Page(console, language)
    page.line(0, page.say(account["law"]["title"]), style="bold")
    page.gap()
    heads = (
        Text(zh="条款", en="provision"),
        Text(zh="名称", en="title"),
        Text(zh="归类", en="disposition"),
        Text(zh="义务或理由", en="obligations, or why not"),
        Text(zh="案例", en="cases"),
    )
    listed = table(*map(page.say, heads))
    for row in account["provisions"]:
        word = row["disposition"]
        proofs = row["cases"]
        listed.add_row(
            plain(row["cites"]),
            plain(page.say(row["title"])),
            f"[{_STYLES.get(word, 'dim')}]{page.say(_PROVISIONS[word])}[/]",
            plain(_by(row, page)),
            str(proofs["count"]) if proofs["count"] else "",
        )
    console.print(listed)
    unexplained = [
        each for each in account["parameters"] if not each["used"] and "unused" not in each
    ]
    if unexplained:
        page.gap()
        page.line(0, page.say(_UNEXPLAINED), style="bold")
        for each in unexplained:
            page.line(1, each["id"], (f"  {page.say(each['title'])}", "dim"))
    page.gap()
    _totals(page, _ALL, account["summary"], _PROVISIONS)
    _totals(page, _DUTIES, account["summary_of_duties"], _PROVISIONS)
    _totals(page, _PARAMETERS["parameters"], account["summary_of_parameters"], _PARAMETERS)


def _by(row: Json, page: Page) -> str:
    if "reason" in row:
        return page.say(row["reason"])
    return "\n".join(row["obligations"] or row["definitions"])


def _totals(page: Page, title: Text, counts: Json, words: dict[str, Text]) -> None:
    told = [f"{page.say(word)} {counts[name]}" for name, word in words.items()]
    page.detail(0, title, page.joined(told))
