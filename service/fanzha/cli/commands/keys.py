"""`fanzha keys`: what institutions authenticate with."""

from __future__ import annotations

import click

from fanzha.cli import main
from fanzha.cli.output import console, errors_console, json_option, print_json
from fanzha.cli.store import opened_records


@main.group()
def keys() -> None:
    """密钥 / keys."""


@keys.command("create")
@click.argument("institution")
@click.option("--title", default="", help="用途 / what it is for")
@json_option
def create(institution: str, title: str, as_json: bool) -> None:
    """为 INSTITUTION 生成密钥，只显示一次 / make a key for INSTITUTION, shown this once."""
    with opened_records() as records:
        key = records.keys.create(institution, title)
    if as_json:
        print_json({"institution": institution, "key": key})
        return
    console().print(key, markup=False)
    errors_console().print(
        "请妥善保存：密钥不再显示 · keep it safe: it is not shown again", style="dim"
    )
