"""`fanzha decisions`: what was decided."""

from __future__ import annotations

import click

from fanzha.cli import main
from fanzha.cli.decision_page import print_decision
from fanzha.cli.output import console, json_option, language_option, print_json
from fanzha.cli.store import opened_records


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
