"""The options that narrow a list, made from the query of the API: the two never differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from fanzha.model.text import Text

Command = TypeVar("Command", bound=Callable[..., Any])


def query_options(query: Mapping[str, Text]) -> Callable[[Command], Command]:
    """Add `--name-of-it VALUE` for each name of the query; absent ones arrive as None."""

    def decorate(command: Command) -> Command:
        # From the last on: each is put before those that are there.
        for name in reversed(list(query)):
            told = f"{query[name].zh} / {query[name].en}"
            command = click.option(f"--{name.replace('_', '-')}", name, help=told)(command)
        return command

    return decorate


def asked_of(options: Mapping[str, str | None]) -> dict[str, str]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}
