"""`fanzha db`: the database's schema."""

from __future__ import annotations

from fanzha.cli import main
from fanzha.cli.output import console, json_option, print_json
from fanzha.records import upgrade
from fanzha.settings import Settings


@main.group()
def db() -> None:
    """数据库 / the database."""


@db.command("upgrade")
@json_option
def upgrade_database(as_json: bool) -> None:
    """建立数据库，或升级到当前结构 / create the database or bring it to the current schema."""
    upgrade(Settings.from_environment().database_url)
    if as_json:
        print_json({"upgraded": True})
    else:
        console().print("[bold green]✓[/] 数据库已就绪 · the database is ready")
