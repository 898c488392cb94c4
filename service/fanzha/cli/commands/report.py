"""`fanzha report`: what an institution hands to its regulator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click
import orjson

from fanzha.application import Application, open_application
from fanzha.cli import main
from fanzha.cli.store import purpose_option, terminal_reader
from fanzha.records.reads import Reader
from fanzha.settings import Settings
from fanzha.usecases.list_decisions import read_day
from fanzha.usecases.report_page import LANGUAGES, report_page, report_table


@main.command(short_help="编制机构报告 / make the report on an institution")
@click.option("--institution", required=True, help="机构编号 / id of the institution")
@click.option("--from", "first", required=True, help="行为的第一天 / first day of the acts")
@click.option("--to", "last", required=True, help="行为的最后一天 / last day of the acts")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "json", "csv"]),
    default="html",
    show_default=True,
    help="可打印的页面、JSON 或表格 / a page to print, JSON or a table",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="写入文件，缺省为标准输出 / write to a file; by default to standard output",
)
@click.option(
    "--lang",
    "language",
    type=click.Choice([*LANGUAGES]),
    default="both",
    show_default=True,
    help="页面的语言 / languages of the page",
)
@purpose_option
def report(
    institution: str,
    first: str,
    last: str,
    form: str,
    output: Path | None,
    language: str,
    purpose: str | None,
) -> None:
    """编制一家机构在某期间的报告：检查、违反、罚款敞口、期限、常设义务和所依规则。

    Make the report on an institution's acts of a period: checks, breaches, exposure to fines,
    deadlines, standing duties and the rules applied. CSV has one row for each open obligation.
    Each decision that it names is recorded as read.
    """
    days = (read_day("from", first), read_day("to", last))
    application = open_application(Settings.from_environment())
    try:
        written = _written(
            application, institution, *days, terminal_reader(purpose), form, language
        )
        if output is None:
            for each in written:
                click.echo(each, nl=False)
        else:
            # Newlines as they are: those of CSV are its own.
            with output.open("w", encoding="utf-8", newline="") as file:
                file.writelines(written)
    finally:
        application.close()


def _written(
    application: Application,
    institution: str,
    first: date,
    last: date,
    reader: Reader,
    form: str,
    language: str,
) -> Iterable[str]:
    if form == "csv":
        return report_table(application.report_rows(institution, first, last, reader))
    made = application.report(institution, first, last, reader)
    if form == "json":
        return [orjson.dumps(made, option=orjson.OPT_INDENT_2).decode(), "\n"]
    return [report_page(made, language)]
