"""Shows what judging a decision again has given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console

from fanzha.cli.output import plain, table

Json = Mapping[str, Any]

_SHOWN_AT_MOST = 60


def print_replay(found: Json, page: Console, language: str) -> None:
    """Print whether it is the same, what differs and what has changed since."""
    chinese = language == "zh"
    if found["same"]:
        word = "结果相同" if chinese else "the same"
        page.print(f"[bold green]✓[/] {word}: {found['outcome']['recorded']}")
    else:
        word = "结果不同" if chinese else "not the same"
        outcome = found["outcome"]
        page.print(f"[bold red]✗[/] {word}: {outcome['recorded']} → {outcome['replayed']}")
        _print_differences(found["differences"], page)
    since = "此后的变化" if chinese else "changed since"
    changes = [
        *(
            f"{each['bundle']}/{each['file']}: {each['change']}"
            for each in found["changed_rule_files"]
        ),
        *(
            f"{each['part']}: {each['recorded']} → {each['today']}"
            for each in found["changed_versions"]
        ),
    ]
    for each in changes:
        page.print(f"  [dim]{since}[/] ", plain(each), sep="")
    today = found["today"]
    word = "按今天的规则" if chinese else "by today's rules"
    page.print(f"  [dim]{word}[/] {today['outcome']}")
    if today["differences"] and found["same"]:
        _print_differences(today["differences"], page)


def _print_differences(differences: Sequence[Json], page: Console) -> None:
    shown = table("obligation", "field", "recorded", "replayed")
    for each in differences:
        shown.add_row(
            plain(each.get("obligation", "")),
            plain(each.get("field") or each.get("fact", "")),
            plain(_short(each["recorded"])),
            plain(_short(each["replayed"])),
        )
    page.print(shown)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= _SHOWN_AT_MOST else f"{text[:_SHOWN_AT_MOST]}…"
