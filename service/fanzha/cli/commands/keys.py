"""`fanzha keys`: what institutions authenticate with."""

from __future__ import annotations

import click

from fanzha.cli import main
from fanzha.cli.output import console, errors_console, json_option, print_json
from fanzha.cli.store import opened_records
from fanzha.cli.usage import WrongCall
from fanzha.errors import Location
from fanzha.model.text import Text


@main.group()
def keys() -> None:
    """密钥 / keys."""


@keys.command("create", short_help="生成密钥 / make a key")
@click.argument("institution", required=False)
@click.option(
    "--operator",
    is_flag=True,
    help="运营者密钥，可登记机构 / an operator's key, which registers institutions",
)
@click.option("--title", default="", help="用途 / what it is for")
@json_option
def create(institution: str | None, operator: bool, title: str, as_json: bool) -> None:
    """为 INSTITUTION 或者运营者生成密钥，只显示一次。

    Make a key for INSTITUTION, or with --operator for whoever runs the service; it is shown this
    once.
    """
    if operator is (institution is not None):
        raise WrongCall(
            Text(zh="机构与 --operator 须二者择一", en="it takes an institution or --operator"),
            hint=Text(
                zh="fanzha keys create INSTITUTION，或者 fanzha keys create --operator",
                en="fanzha keys create INSTITUTION, or fanzha keys create --operator",
            ),
            where=Location(path="fanzha keys create"),
        )
    with opened_records() as records:
        if institution is None:
            key = records.keys.create_operator(title)
        else:
            key = records.keys.create(institution, title)
    if as_json:
        kind = "operator" if operator else "institution"
        print_json({"kind": kind, "institution": institution, "key": key})
        return
    console().print(key, markup=False)
    errors_console().print(
        "请妥善保存：密钥不再显示 · keep it safe: it is not shown again", style="dim"
    )
