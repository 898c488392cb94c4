"""What every command prints with: tables for people, JSON for scripts, either language."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text as Plain

from fanzha.model.text import Text

Command = TypeVar("Command", bound=Callable[..., Any])

_JSON = "fanzha.json"


def console() -> Console:
    """Return the console for answers; made each time, since tests replace the stream."""
    return Console(highlight=False, soft_wrap=True)


def errors_console() -> Console:
    """Return the console for errors and notes that are no part of the answer."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def plain(text: str) -> Plain:
    """Return text in which square brackets are only brackets."""
    return Plain(text)


def print_json(value: object) -> None:
    """Print one JSON document, indented, in UTF-8."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    click.echo(orjson.dumps(value, option=options).decode())


def json_option(command: Command) -> Command:
    """Add `--json`, which answers (and errors) as JSON on standard output."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        # Read before the rest, so that a wrong argument is answered as JSON too.
        is_eager=True,
        callback=_remember_json,
        help="以 JSON 输出 / answer as JSON",
    )(command)


def _remember_json(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    ctx.meta[_JSON] = value
    return value


def wants_json(ctx: click.Context) -> bool:
    """Tell whether `--json` was given to the command that ran."""
    return bool(ctx.meta.get(_JSON))


def language_option(command: Command) -> Command:
    """Add `--lang`, by default the language of the terminal."""
    return click.option(
        "--lang",
        "language",
        type=click.Choice(["zh", "en"]),
        default=_language_of_terminal,
        help="zh 中文 / en English（默认随终端 / by default the terminal's）",
    )(command)


def _language_of_terminal() -> str:
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    return "zh" if (locale or "").lower().startswith("zh") else "en"


def in_language(value: Any, language: str) -> str:
    """Return a text of an answer (`{zh, en}`, a Text, or one word) in one language."""
    if isinstance(value, Text):
        return value.in_language(language)
    if isinstance(value, Mapping):
        return str(value.get(language, ""))
    return str(value)


def table(*columns: str, title: str | None = None) -> Table:
    """Return an empty table in the house style."""
    made = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold", header_style="bold")
    return made
