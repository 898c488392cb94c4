"""Transactions that only insert, with statements that are prepared once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any

from sqlalchemy import Engine, Table, insert

from fanzha.records.away import away_is_said
from fanzha.records.kept_connections import KeptConnections

Rows = Sequence[Mapping[str, Any]]
Insert = Callable[[Table, Rows], object]


class Inserts:
    """Inserts by connections of their own."""

    def __init__(
        self, engine: Engine, *, turn: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self._engine = engine
        self._turn = turn
        self._connections = KeptConnections(engine)
        self._prepared: dict[Table, _Prepared] = {}

    @contextmanager
    def transaction(self) -> Iterator[Insert]:
        """Give what inserts rows into a table; all is committed at the end of the block.

        Raises StoreUnavailable when the database is away; then nothing of it is kept, except
        that a connection lost during the commit itself leaves all of it or none.
        """
        with away_is_said(), self._connections.lent() as connection, self._turn():
            cursor = connection.cursor()
            try:
                with self._together(connection):
                    if self._connections.is_sqlite:
                        cursor.execute("BEGIN IMMEDIATE")
                    yield partial(self._insert, cursor)
                    connection.commit()
                self._require_committed(connection)
            except BaseException:
                # Within the turn: whoever comes next finds no transaction in the way.
                with suppress(self._engine.dialect.loaded_dbapi.Error):
                    connection.rollback()
                raise
            finally:
                cursor.close()

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()

    def _together(self, connection: Any) -> AbstractContextManager[object]:
        """Have statements sent without waiting for the answer to each, where there is a server."""
        return nullcontext() if self._connections.is_sqlite else connection.pipeline()

    def _require_committed(self, connection: Any) -> None:
        # What is acknowledged rests on this: a driver that takes a connection for one without a
        # transaction, as it may while statements are under way, commits nothing and says nothing.
        is_sqlite = self._connections.is_sqlite
        if connection.in_transaction if is_sqlite else connection.info.transaction_status:
            raise self._engine.dialect.loaded_dbapi.OperationalError("still in a transaction")

    def _insert(self, cursor: Any, table: Table, rows: Rows) -> None:
        prepared = self._prepared.get(table)
        if prepared is None:
            prepared = self._prepared[table] = _Prepared(table, rows[0], self._engine)
        cursor.executemany(prepared.statement, [prepared.converted(each) for each in rows])


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
