"""`fanzha purge`: remove contents whose time is over, and keep what proves that they were there."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from fanzha.cli import main
from fanzha.cli.output import console, json_option, print_json
from fanzha.cli.store import opened_records, terminal_user
from fanzha.cli.usage import WrongCall
from fanzha.errors import Location
from fanzha.model.text import Text
from fanzha.records.decision_id import new_decision_id
from fanzha.usecases.list_decisions import read_moment


@main.command(short_help="清除到期的内容 / remove contents whose time is over")
@click.option("--before", required=True, metavar="TIME", help="此前记录的 / recorded before then")
@click.option("--institution", help="只清除该机构的 / only of this institution")
@click.option("--dry-run", is_flag=True, help="只计数 / only count")
@json_option
def purge(before: str, institution: str | None, dry_run: bool, as_json: bool) -> None:
    """清除该日期或时间之前记录的决定的请求、答复和背景；编号、日期、结论和哈希链保留。

    Remove check, answer and context of the decisions recorded before that day or time. Ids,
    dates, outcomes and the hash chain stay, and `fanzha audit verify` still proves them. The
    purge itself is recorded. It cannot be undone.
    """
    now = datetime.now(UTC)
    moment = read_moment("before", before)
    if moment > now:
        raise WrongCall(
            Text(zh="只能清除过去的内容", en="only what lies in the past can be purged"),
            hint=Text(zh="请填写较早的日期", en="name an earlier day"),
            where=Location(path="--before"),
        )
    done: dict[str, int] = {}
    with opened_records() as records:
        purges = records.purges
        known = purges.institutions(moment)
        for each in known if institution is None else [institution]:
            if dry_run:
                done[each] = purges.count(each, moment)
                continue
            parts = purges.purge(
                each,
                moment,
                by=f"terminal:{terminal_user()}",
                new_id=lambda: new_decision_id(lambda: datetime.now(UTC), os.urandom),
                clock=lambda: datetime.now(UTC),
            )
            done[each] = sum(parts)
    if as_json:
        print_json({"purged": done, "dry_run": dry_run})
        return
    count = sum(done.values())
    if dry_run:
        console().print(f"将清除 {count} 项决定的内容 · would purge {count} decisions")
    else:
        console().print(f"[bold green]✓[/] 已清除 {count} 项决定的内容 · purged {count} decisions")
