"""`fanzha institutions`: the registry of those whose duties are judged."""

from __future__ import annotations

from pathlib import Path

import click

from fanzha.cli import main
from fanzha.cli.institution_file import read_institutions
from fanzha.cli.output import console, json_option, print_json
from fanzha.cli.store import opened_records


@main.group()
def institutions() -> None:
    """机构 / institutions."""


@institutions.command("register", short_help="登记机构 / register institutions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def register(file: Path, as_json: bool) -> None:
    """登记 FILE（YAML 列表）中的机构，已有的则更新。

    Register the institutions listed in FILE (YAML); those that exist are updated.
    """
    listed = read_institutions(file)
    with opened_records() as records:
        for institution in listed.values():
            records.institutions.put(institution)
    if as_json:
        print_json({"registered": sorted(listed)})
        return
    for institution in listed.values():
        console().print(
            f"[bold green]✓[/] {institution.id}  {institution.name.zh} · {institution.name.en}"
        )
