"""One query that callers wait for, prepared once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Select

from fanzha.records.away import away_is_said
from fanzha.records.kept_connections import KeptConnections


class Lookup:
    """Looks up by one value, in whatever is committed. Safe for several threads."""

    def __init__(self, engine: Engine, query: Select[Any]) -> None:
        compiled = query.compile(engine)
        self._statement = str(compiled)
        self._connections = KeptConnections(engine)

    def find(self, value: str) -> tuple[Any, ...] | None:
        """Return the row as the driver gives it, or None; raise StoreUnavailable.

        For columns of text: those of other types are converted by nobody.
        """
        with away_is_said(), self._connections.lent() as connection:
            if not self._connections.is_sqlite and not connection.autocommit:
                connection.autocommit = True
            cursor = connection.cursor()
            try:
                cursor.execute(self._statement, (value,))
                row: tuple[Any, ...] | None = cursor.fetchone()
            finally:
                cursor.close()
        return row

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()
