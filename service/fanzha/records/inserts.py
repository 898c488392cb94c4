"""Inserts by a connection of their own, past what SQLAlchemy does around each statement.

That costs more than the statements: half of the processor time of a decision that is stored alone.
Statements and conversions are SQLAlchemy's all the same, made once.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

from sqlalchemy import Engine, Table, exc, insert
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import PoolProxiedConnection

TRUSTED_SECONDS = 1.0
"""So long after its last use a connection is taken to be still there, and is not asked."""

Rows = Sequence[Mapping[str, Any]]
Insert = Callable[[Table, Rows], object]


class Inserts:
    """Transactions that only insert. One thread at a time; open it after a fork."""

    def __init__(
        self, engine: Engine, *, turn: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self._engine = engine
        self._turn = turn
        self._driver = engine.dialect.loaded_dbapi
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._prepared: dict[Table, _Prepared] = {}
        self._connection: PoolProxiedConnection | None = None
        self._used = 0.0

    @contextmanager
    def transaction(self) -> Iterator[Insert]:
        """Give what inserts rows into a table; all is committed at the end of the block.

        Raises the errors of SQLAlchemy; nothing is kept then, except where the connection was
        lost during the commit itself.
        """
        try:
            connection = self._connected()
            with self._turn():
                cursor = connection.cursor()
                try:
                    with self._together(connection):
                        if self._is_sqlite:
                            cursor.execute("BEGIN IMMEDIATE")
                        yield partial(self._insert, cursor)
                        connection.commit()
                    self._require_committed(connection)
                except BaseException:
                    # Within the turn: whoever comes next finds no transaction in the way.
                    self._roll_back(connection)
                    raise
                finally:
                    cursor.close()
        except self._driver.Error as error:
            raise self._translated(error) from error
        self._used = time.monotonic()

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> PoolProxiedConnection:
        kept = self._connection
        if kept is None or time.monotonic() - self._used > TRUSTED_SECONDS or self._is_ended(kept):
            # The pool asks whether one that it gives is still there.
            self.close()
            kept = self._connection = self._engine.raw_connection()
        return kept

    def _is_ended(self, connection: PoolProxiedConnection) -> bool:
        """Tell whether the server has said something unasked, which is that it goes."""
        if self._is_sqlite:
            return False
        driver: Any = connection.driver_connection
        if driver.closed:
            return True
        said = select.poll()
        said.register(driver.fileno(), select.POLLIN)
        return bool(said.poll(0))

    def _together(self, connection: PoolProxiedConnection) -> AbstractContextManager[object]:
        """Have statements sent without waiting for the answer to each, where there is a server."""
        driver: Any = connection.driver_connection
        return nullcontext() if self._is_sqlite else driver.pipeline()

    def _require_committed(self, connection: PoolProxiedConnection) -> None:
        # What is acknowledged rests on this: a driver that takes a connection for one without a
        # transaction, as it may while statements are under way, commits nothing and says nothing.
        driver: Any = connection.driver_connection
        if driver.in_transaction if self._is_sqlite else driver.info.transaction_status:
            raise self._driver.OperationalError("the transaction is still open")

    def _roll_back(self, connection: PoolProxiedConnection) -> None:
        try:
            connection.rollback()
        except self._driver.Error:
            connection.invalidate()
            self._connection = None

    def _insert(self, cursor: DBAPICursor, table: Table, rows: Rows) -> None:
        prepared = self._prepared.get(table)
        if prepared is None:
            prepared = self._prepared[table] = _Prepared(table, rows[0], self._engine)
        cursor.executemany(prepared.statement, [prepared.converted(each) for each in rows])

    def _translated(self, error: Exception) -> Exception:
        return exc.DBAPIError.instance(
            None,
            None,
            error,
            self._driver.Error,
            hide_parameters=True,
            dialect=self._engine.dialect,
        )


class _Prepared:
    """The statement that inserts a row of these columns, and what converts their values."""

    def __init__(self, table: Table, row: Mapping[str, Any], engine: Engine) -> None:
        dialect = engine.dialect
        compiled = insert(table).compile(engine, column_keys=list(row))
        self.statement = str(compiled)
        self._is_positional = compiled.positional
        self._names = compiled.positiontup or list(row)
        self._converters = {
            name: converter
            for name in self._names
            if (converter := table.c[name].type.dialect_impl(dialect).bind_processor(dialect))
        }

    def converted(self, row: Mapping[str, Any]) -> Any:
        """Return the row's values as the driver takes them, by position or by name."""
        values = {**row}
        for name, converter in self._converters.items():
            values[name] = converter(values[name])
        return [values[name] for name in self._names] if self._is_positional else values
