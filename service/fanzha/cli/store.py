"""Opens what is kept, for commands that need no law, and says who reads it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import click

from fanzha.records import Records, open_records
from fanzha.records.reads import Reader
from fanzha.settings import Settings

purpose_option = click.option(
    "--purpose", help="用途，记入查阅记录 / what for; it is recorded with the read"
)


@contextmanager
def opened_records(settings: Settings | None = None) -> Iterator[Records]:
    """Give the records of the environment's database, and close them afterwards."""
    records = open_records(settings or Settings.from_environment())
    try:
        yield records
    finally:
        records.close()


def terminal_reader(purpose: str | None) -> Reader:
    """Return the user of this terminal as a reader of decisions."""
    return Reader(f"terminal:{terminal_user()}", purpose)


def terminal_user() -> str:
    """Return the name of the user who runs this, as far as the system knows one."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
