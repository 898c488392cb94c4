"""Transactions of inserts and deletions, with statements that are prepared once."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any

from sqlalchemy import Delete, Engine, Insert, exc

from fanzha.records.away import away_is_said
from fanzha.records.kept_connections import KeptConnections

_log = logging.getLogger(__name__)

Rows = Sequence[Mapping[str, Any]]
Execute = Callable[[Insert | Delete, Rows], object]
"""What `Connection.execute` of SQLAlchemy does too: the statement for each of the rows."""

ROWS_A_STATEMENT = 8
"""So many are inserted by one statement at most: each number of rows has a statement of its own,
and the drivers keep about a hundred."""

# Codes of PostgreSQL for a statement that waits for another transaction's rows: two that wait for
# each other, and a wait for a lock or a statement that took too long. None comes of a commit.
_HELD_UP = frozenset({"40P01", "55P03", "57014"})


class HeldUp(Exception):
    """Another transaction holds what a row needs; nothing was committed."""


class Writes:
    """Writes by connections of their own."""

    def __init__(
        self, engine: Engine, *, turn: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self._engine = engine
        self._turn = turn
        self._connections = KeptConnections(engine)
        self._prepared: dict[Insert | Delete, _Prepared] = {}
        self._lock = threading.Lock()
        self._under_way: Any = None
        """The connection that a transaction uses now; there is one at a time."""

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """Give what executes statements; all is committed at the end of the block.

        The block is entered once nobody else writes. Statements are prepared once: they are to
        be the same objects each time, for rows that have the same columns.

        Raises HeldUp, and StoreUnavailable when the database is away; then nothing of it is
        kept, except that a connection lost during the commit itself leaves all of it or none.
        """
        with (
            away_is_said(),
            _held_up_is_said(),
            self._connections.lent() as connection,
            self._turn(),
            self._noted(connection),
        ):
            cursor = connection.cursor()
            try:
                with self._together(connection):
                    if self._connections.is_sqlite:
                        cursor.execute("BEGIN IMMEDIATE")
                    yield partial(self._execute, cursor)
                    self._commit(connection, cursor)
                self._require_committed(connection)
            except BaseException:
                # Within the turn: whoever comes next finds no transaction in the way.
                with suppress(self._engine.dialect.loaded_dbapi.Error):
                    connection.rollback()
                raise
            finally:
                cursor.close()

    def cut_off(self) -> None:
        """Cut the connection of the transaction under way, whose server does not answer.

        No limit of the server's counts for a commit, and a peer that takes packets is no dead
        one. The transaction ends with StoreUnavailable; all of it is kept or none.
        """
        with self._lock:
            if self._under_way is None or self._connections.is_sqlite:
                return
            _log.error("a commit is cut off: the database does not answer it")
            with (
                suppress(OSError, self._engine.dialect.loaded_dbapi.Error),
                socket.socket(fileno=os.dup(self._under_way.fileno())) as connected,
            ):
                connected.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()

    @contextmanager
    def _noted(self, connection: Any) -> Iterator[None]:
        with self._lock:
            self._under_way = connection
        try:
            yield
        finally:
            with self._lock:
                self._under_way = None

    def _together(self, connection: Any) -> AbstractContextManager[object]:
        """Have statements sent without waiting for the answer to each, where there is a server."""
        return nullcontext() if self._connections.is_sqlite else connection.pipeline()

    def _commit(self, connection: Any, cursor: Any) -> None:
        if self._connections.is_sqlite:
            # As a statement it is prepared once.
            cursor.execute("COMMIT")
        else:
            connection.commit()

    def _require_committed(self, connection: Any) -> None:
        # What is acknowledged rests on this: a driver that takes a connection for one without a
        # transaction, as it may while statements are under way, commits nothing and says nothing.
        is_sqlite = self._connections.is_sqlite
        if connection.in_transaction if is_sqlite else connection.info.transaction_status:
            raise self._engine.dialect.loaded_dbapi.OperationalError("still in a transaction")

    def _execute(self, cursor: Any, statement: Insert | Delete, rows: Rows) -> None:
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = _Prepared(statement, rows[0], self._engine)
        prepared.execute(cursor, rows)


@contextmanager
def _held_up_is_said() -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _HELD_UP:
            raise
        raise HeldUp from error


class _Prepared:
    """One statement for rows of these columns, and what converts their values."""

    def __init__(self, statement: Insert | Delete, row: Mapping[str, Any], engine: Engine) -> None:
        compiled = statement.compile(engine, column_keys=list(row))
        dialect = engine.dialect
        self._columns = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]
        self._texts = [str(compiled)]
        """For one row, for two, and so on."""
        if isinstance(statement, Insert):
            for rows in range(2, ROWS_A_STATEMENT + 1):
                several = statement.values([dict.fromkeys(row)] * rows)
                self._texts.append(str(several.compile(engine)))

    def execute(self, cursor: Any, rows: Rows) -> None:
        """Execute it for the rows, as many at once as there is a text for."""
        at_once = len(self._texts)
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            values = [
                converter(row[name]) if converter else row[name]
                for row in part
                for name, converter in self._columns
            ]
            cursor.execute(self._texts[len(part) - 1], values)
