"""Connects to SQLite or PostgreSQL so that both are durable, patient and give up in the end."""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Select, create_engine, event, exc, make_url

from fanzha.errors import Location, SettingError
from fanzha.model.text import Text
from fanzha.records.away import away_is_said
from fanzha.records.lookup import Lookup
from fanzha.records.turn import Turn
from fanzha.records.writes import Writes
from fanzha.settings import DATABASE_URL

_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0
"""How long a statement may wait or run before the caller hears that the store is away."""
_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}


class Database:
    """One database: connections to read, and write transactions that come by turns.

    `patience_seconds` bounds statements and waits for locks; None is for migrations, which
    take the time that they take.
    """

    def __init__(
        self, database_url: str, *, patience_seconds: float | None = PATIENCE_SECONDS
    ) -> None:
        url = _usable_url(database_url)
        self.engine = _engine(url)
        self.file: Path | None = None
        self._turn: Turn | None = None
        if url.drivername == _DRIVERS["sqlite"]:
            self.file = Path(str(url.database))
            self._turn = Turn(self.file, patience_seconds=patience_seconds or math.inf)
            _prepare_sqlite(self.engine, self._turn, patience_seconds or PATIENCE_SECONDS)
        else:
            _prepare_postgresql(self.engine, patience_seconds or 0)

    def open_writes(self) -> Writes:
        """Return writes by connections of their own."""
        return Writes(self.engine, turn=self._turn.taken if self._turn else nullcontext)

    def open_lookup(self, query: Select[Any]) -> Lookup:
        """Return the query, prepared, by connections of its own; it has one parameter."""
        return Lookup(self.engine, query)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with; raise StoreUnavailable when the database is away."""
        with away_is_said(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that commits at the end of the block.

        Raises StoreUnavailable when the database is away; then nothing of it is kept, except
        that a connection lost during the commit itself leaves all of it or none.
        """
        with away_is_said(), self.engine.connect() as connection:
            # Connected before the turn is taken: a new connection can need the turn itself.
            if self._turn is None:
                with connection.begin():
                    yield connection
            else:
                connection = connection.execution_options(fanzha_writes=True)
                with self._turn.taken(), connection.begin():
                    yield connection

    def create_folder(self) -> None:
        """Make the folder of an SQLite file; do nothing for PostgreSQL."""
        if self.file:
            with away_is_said():
                # For its owner alone: who was found to break the law is nobody else's to read.
                self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        if self._turn:
            self._turn.close()


def _usable_url(text: str) -> URL:
    hint = Text(
        zh=f"请使用 {DATABASE_URL.default} 或 postgresql://用户@主机/库名 的形式",
        en=f"use the form {DATABASE_URL.default} or postgresql://user@host/name",
    )
    where = Location(path=DATABASE_URL.variable)
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        # Without the value and without the cause: both can hold a password.
        message = Text(zh="不是可用的数据库地址", en="not the URL of a database")
        raise SettingError(message, hint=hint, where=where) from None
    backend, _, driver = url.drivername.partition("+")
    wanted = _DRIVERS.get(backend)
    if wanted is None or (driver and url.drivername != wanted):
        message = Text(
            zh=f"不支持的数据库驱动 `{url.drivername}`",
            en=f"no driver `{url.drivername}` here",
        )
        raise SettingError(message, hint=hint, where=where)
    if backend == "sqlite" and (url.query or url.database in (None, "", ":memory:")):
        message = Text(
            zh="SQLite 需要一个普通文件", en="SQLite needs an ordinary file to keep decisions in"
        )
        raise SettingError(message, hint=hint, where=where)
    return url.set(drivername=wanted)


def _engine(url: URL) -> Engine:
    # Room for more threads than a worker has; see gunicorn_conf.
    pool: dict[str, Any] = {
        "pool_size": 8,
        "max_overflow": 56,
        "pool_timeout": PATIENCE_SECONDS,
        # Values of a row must not reach a log by way of an error's text.
        "hide_parameters": True,
    }
    if url.drivername == _DRIVERS["sqlite"]:
        # None: transactions begin where `_prepare_sqlite` says, not where the driver guesses.
        return create_engine(url, connect_args={"isolation_level": None}, **pool)
    limits = {
        "application_name": "fanzha",
        "connect_timeout": int(PATIENCE_SECONDS),
        # Without it a peer that vanished is noticed after a quarter of an hour.
        "tcp_user_timeout": int(2 * PATIENCE_SECONDS * 1000),
    }
    given = {name: value for name, value in limits.items() if name not in url.query}
    try:
        # Values by position, as SQLite has them.
        return create_engine(
            url, connect_args=given, pool_pre_ping=True, paramstyle="format", **pool
        )
    except ModuleNotFoundError as error:
        raise SettingError(
            Text(zh="未安装 PostgreSQL 驱动", en="the driver for PostgreSQL is not installed"),
            hint=Text(
                zh="请执行 pip install 'fanzha[postgresql]'",
                en="run pip install 'fanzha[postgresql]'",
            ),
            where=Location(path=DATABASE_URL.variable),
        ) from error


def _prepare_sqlite(engine: Engine, turn: Turn, patience_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {int(patience_seconds * 1000)}")
        # FULL: what was committed survives a loss of power, not only of the process.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            # Two that change the mode at once refuse each other, whatever the busy timeout.
            with turn.taken():
                connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # IMMEDIATE: a transaction that reads first and writes later can fail half way.
        writes = connection.get_execution_options().get("fanzha_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(engine: Engine, patience_seconds: float) -> None:
    milliseconds = int(patience_seconds * 1000)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        # 0 means no limit.
        connection.execute(f"SET statement_timeout = {milliseconds}")
        connection.execute(f"SET idle_in_transaction_session_timeout = {2 * milliseconds}")
        # What is acknowledged is on disk, also where a server does without; `remote_apply` and
        # its like promise more and stay.
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.commit()
