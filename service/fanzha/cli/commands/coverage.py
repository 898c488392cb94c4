"""`fanzha coverage`: which provisions of a law are encoded and proved, and which are missing."""

from __future__ import annotations

import click

from fanzha.application import open_application
from fanzha.cli import main
from fanzha.cli.coverage_page import print_coverage
from fanzha.cli.output import console, json_option, language_option, print_json
from fanzha.errors import EXIT_FOUND_SOMETHING
from fanzha.settings import Settings
from fanzha.usecases.coverage import LAW, is_complete


@main.command(short_help="法律的覆盖情况 / coverage of a law")
@click.option("--law", default=LAW, help=f"法律文件，缺省 {LAW} / the instrument; default {LAW}")
@language_option
@json_option
@click.pass_context
def coverage(ctx: click.Context, law: str, language: str, as_json: bool) -> None:
    """每一条规范由什么编码、有多少案例；未编码的说明理由。

    Show for each provision of a law what encodes it and how many cases prove it, or why it is not
    encoded; and for each parameter which rules read it.

    Exit code: 0 nothing is missing; 1 a provision is, or a parameter is unused without a reason.
    """
    application = open_application(Settings.from_environment(), records=False)
    try:
        account = application.coverage(law)
    finally:
        application.close()
    if as_json:
        print_json(account)
    else:
        print_coverage(account, console(), language)
    if not is_complete(account):
        ctx.exit(EXIT_FOUND_SOMETHING)
