"""`fanzha decisions`: what was decided, by list and one by one, and what falls due."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from fanzha.application import open_application
from fanzha.cli import main
from fanzha.cli.decision_list_page import print_decision_list, print_due
from fanzha.cli.decision_page import print_decision
from fanzha.cli.output import console, json_option, language_option, plain, print_json, table
from fanzha.cli.query_options import asked_of, query_options
from fanzha.cli.replay_page import print_replay
from fanzha.cli.store import opened_records, purpose_option, terminal_reader
from fanzha.errors import EXIT_FOUND_SOMETHING
from fanzha.records import DueDecision
from fanzha.records.reads import Way
from fanzha.settings import Settings
from fanzha.usecases.list_decisions import QUERY, list_decisions, read_moment
from fanzha.usecases.list_reads import list_reads_of
from fanzha.usecases.paging import PAGING
from fanzha.usecases.shown import shown_time

_NOTHING_FOUND = {None, "compliant", "pending", "not_applicable"}
_LISTED_AT_MOST = 1000


@main.group()
def decisions() -> None:
    """已存的决定 / stored decisions."""


@decisions.command("show")
@click.argument("decision_id", metavar="ID")
@purpose_option
@language_option
@json_option
def show(decision_id: str, purpose: str | None, language: str, as_json: bool) -> None:
    """显示一项决定 / show one decision."""
    with opened_records() as records:
        decision = records.decisions.get(decision_id)
        records.reads.add([decision_id], terminal_reader(purpose), Way.SHOW)
    if as_json:
        print_json(decision)
    else:
        print_decision(decision, console(), language)


@decisions.command("list")
@query_options({**QUERY, **PAGING})
@purpose_option
@language_option
@json_option
def list_(purpose: str | None, language: str, as_json: bool, **options: str | None) -> None:
    """列出决定，最近记录的在前 / list decisions, the last recorded first."""
    settings = Settings.from_environment()
    with opened_records(settings) as records:
        found = list_decisions(
            records.decisions, asked_of(options), maximum_page=settings.maximum_page
        )
        shown = [each["id"] for each in found["decisions"]]
        records.reads.add(shown, terminal_reader(purpose), Way.LIST)
    if as_json:
        print_json(found)
    else:
        print_decision_list(found, console(), language)


@decisions.command("reads", short_help="谁查阅过一项决定 / who has read a decision")
@click.argument("decision_id", metavar="ID")
@query_options(PAGING)
@json_option
def reads(decision_id: str, as_json: bool, **options: str | None) -> None:
    """列出何人、何时、如何、为何查阅过该决定 / who read it, when, how and why."""
    settings = Settings.from_environment()
    with opened_records(settings) as records:
        # Raises NotFound; a purged decision has its reads still.
        records.decisions.institution_of(decision_id)
        found = list_reads_of(
            records.reads, decision_id, asked_of(options), maximum_page=settings.maximum_page
        )
    if as_json:
        print_json(found)
        return
    page = table("时间 when", "查阅者 who", "方式 how", "用途 why")
    for each in found["reads"]:
        page.add_row(
            each["read_at"], plain(each["read_by"]), each["way"], plain(each["purpose"] or "")
        )
    console().print(page)


@decisions.command("replay", short_help="按当时的规则重新判断 / judge again by the rules of then")
@click.argument("decision_id", metavar="ID")
@purpose_option
@language_option
@json_option
@click.pass_context
def replay(
    ctx: click.Context, decision_id: str, purpose: str | None, language: str, as_json: bool
) -> None:
    """按记录中的规则版本重新判断该决定，并说明是否相同、有何不同、规则此后有何变化。

    Judge the decision again by the rules that it was made with, from the record alone, and tell
    whether it comes out the same, what differs, and which rules and plugins have changed since.

    Exit code: 0 the same; 1 not the same; 2 it cannot be replayed.
    """
    application = open_application(Settings.from_environment())
    try:
        found = application.replay(decision_id)
        reader = terminal_reader(purpose)
        application.records.reads.add([decision_id], reader, Way.REPLAY)
    finally:
        application.close()
    if as_json:
        print_json(found)
    else:
        print_replay(found, console(), language)
    if not found["same"]:
        ctx.exit(EXIT_FOUND_SOMETHING)


@decisions.command("due", short_help="重新判断期限已届满的决定 / judge again what has fallen due")
@click.option(
    "--until",
    metavar="TIME",
    help="列出至此日期或时间到期的，缺省为现在 / list what falls due up to then; by default now",
)
@click.option("--list", "list_only", is_flag=True, help="只列出，不判断 / list, and judge nothing")
@purpose_option
@language_option
@json_option
@click.pass_context
def due(
    ctx: click.Context,
    until: str | None,
    list_only: bool,
    purpose: str | None,
    language: str,
    as_json: bool,
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
        shown = [each[name] for each in rows for name in ("id", "followed_by") if each[name]]
        records.reads.add(shown, terminal_reader(purpose), Way.LIST)
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
