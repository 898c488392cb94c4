"""`fanzha decisions`: what was decided, by list and one by one, and what falls due."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from fanzha.application import open_application
from fanzha.cli import main
from fanzha.cli.decision_list_page import print_decision_list, print_due
from fanzha.cli.decision_page import print_decision
from fanzha.cli.output import console, json_option, language_option, print_json
from fanzha.cli.query_options import asked_of, query_options
from fanzha.cli.store import opened_records
from fanzha.errors import EXIT_FOUND_SOMETHING
from fanzha.records import DueDecision
from fanzha.settings import Settings
from fanzha.usecases.list_decisions import QUERY, list_decisions, read_moment
from fanzha.usecases.paging import PAGING
from fanzha.usecases.shown import shown_time

_NOTHING_FOUND = {None, "compliant", "pending", "not_applicable"}
_LISTED_AT_MOST = 1000


@main.group()
def decisions() -> None:
    """已存的决定 / stored decisions."""


@decisions.command("show")
@click.argument("decision_id", metavar="ID")
@language_option
@json_option
def show(decision_id: str, language: str, as_json: bool) -> None:
    """显示一项决定 / show one decision."""
    with opened_records() as records:
        decision = records.decisions.get(decision_id)
    if as_json:
        print_json(decision)
    else:
        print_decision(decision, console(), language)


@decisions.command("list")
@query_options({**QUERY, **PAGING})
@language_option
@json_option
def list_(language: str, as_json: bool, **options: str | None) -> None:
    """列出决定，最近记录的在前 / list decisions, the last recorded first."""
    with opened_records() as records:
        found = list_decisions(records.decisions, asked_of(options))
    if as_json:
        print_json(found)
    else:
        print_decision_list(found, console(), language)


@decisions.command("due", short_help="重新判断期限已届满的决定 / judge again what has fallen due")
@click.option(
    "--until",
    metavar="TIME",
    help="列出至此日期或时间到期的，缺省为现在 / list what falls due up to then; by default now",
)
@click.option("--list", "list_only", is_flag=True, help="只列出，不判断 / list, and judge nothing")
@language_option
@json_option
@click.pass_context
def due(
    ctx: click.Context, until: str | None, list_only: bool, language: str, as_json: bool
) -> None:
    """列出到期的决定，并按已存的事实重新判断期限已届满的。

    List decisions that fall due, and judge again those whose deadline has passed, on the facts
    that are stored. What has failed before is tried again.

    Exit code: 0 nothing found; 1 something non-compliant, undetermined or failed; 2 wrong call.
    """
    moment = read_moment("until_to", until) if until else datetime.now(UTC)
    rows = [] if list_only else _judge_again()
    with opened_records() as records:
        listed = records.due.until(moment, limit=_LISTED_AT_MOST, past_failures=True)
    known = {each["id"] for each in rows}
    rows += [_row(each) for each in listed if each.decision_id not in known]
    if as_json:
        print_json({"decisions": rows})
    else:
        print_due(rows, console(), language)
    if any(each["failure"] or each["outcome"] not in _NOTHING_FOUND for each in rows):
        ctx.exit(EXIT_FOUND_SOMETHING)


def _judge_again() -> list[dict[str, Any]]:
    application = open_application(Settings.from_environment())
    rows: dict[str, dict[str, Any]] = {}
    try:
        # A part at a time, until a part has nothing that was not tried already.
        while found := [
            each
            for each in application.judge_due(past_failures=True)
            if each.due.decision_id not in rows
        ]:
            rows |= {each.due.decision_id: _row(each.due, each.decision) for each in found}
    finally:
        application.close()
    return list(rows.values())


def _row(found: DueDecision, decision: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "id": found.decision_id,
        "institution": found.institution,
        "due": shown_time(found.due_at),
        "failure": found.failure if decision is None else None,
        "outcome": decision["outcome"] if decision else None,
        "followed_by": decision["id"] if decision else None,
    }
