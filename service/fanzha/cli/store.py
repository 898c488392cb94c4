"""Opens what is kept, for commands that need no law."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fanzha.records import Records, open_records
from fanzha.settings import Settings


@contextmanager
def opened_records() -> Iterator[Records]:
    """Give the records of the environment's database, and close them afterwards."""
    records = open_records(Settings.from_environment())
    try:
        yield records
    finally:
        records.close()
