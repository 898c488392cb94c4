"""`fanzha check`: judge one check from a file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from fanzha.application import open_application
from fanzha.cli import main
from fanzha.cli.decision_page import print_decision
from fanzha.cli.institution_file import read_institutions
from fanzha.cli.output import console, json_option, language_option, print_json
from fanzha.errors import EXIT_FOUND_SOMETHING
from fanzha.settings import Settings
from fanzha.usecases.json_input import read_json_object

_NOTHING_FOUND = {"compliant", "pending", "not_applicable"}


@main.command(short_help="判断一项检查 / judge one check")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--institutions",
    "institutions_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML 机构名单，代替数据库 / a YAML list of institutions in place of the database",
)
@click.option("--explain", is_flag=True, help="附推导过程 / add the derivation")
@click.option("--record", is_flag=True, help="存入数据库 / store the decision")
@language_option
@json_option
@click.pass_context
def check(
    ctx: click.Context,
    file: BinaryIO,
    institutions_file: Path | None,
    explain: bool,
    record: bool,
    language: str,
    as_json: bool,
) -> None:
    """判断 FILE（- 为标准输入）中的检查。

    Judge the check in FILE, a JSON object as posted to /v1/checks ("-": standard input).

    Exit code: 0 compliant, pending or not applicable; 1 non-compliant, undetermined or failed;
    2 the check cannot be read.
    """
    body = read_json_object(file.read(), source=getattr(file, "name", "-"))
    institutions = read_institutions(institutions_file) if institutions_file else None
    application = open_application(
        Settings.from_environment(),
        records=record or institutions is None,
        institutions=institutions,
    )
    try:
        decision = application.evaluate(body, explain=explain, record=record).decision
    finally:
        application.close()
    if as_json:
        print_json(decision)
    else:
        print_decision(decision, console(), language)
    if decision["outcome"] not in _NOTHING_FOUND:
        ctx.exit(EXIT_FOUND_SOMETHING)
