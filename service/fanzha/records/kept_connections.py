"""Connections past SQLAlchemy's bookkeeping, which are kept between uses.

What SQLAlchemy does around a statement costs many times what the statement does. Every check waits
for one that stores, and a retry for one that looks up: these two go past it. Statements,
conversions and errors are SQLAlchemy's all the same.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine, exc

TRUSTED_SECONDS = 1.0
"""So long after its last use a connection is taken to be still there, and is not asked."""


class KeptConnections:
    """Connections of one use, lent to one thread each. Open it after a fork."""

    def __init__(self, engine: Engine) -> None:
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._engine = engine
        self._driver = engine.dialect.loaded_dbapi
        self._kept: list[tuple[Any, float]] = []

    @contextmanager
    def lent(self) -> Iterator[Any]:
        """Lend a connection of the driver; raise SQLAlchemy's errors for the driver's.

        After any error it is closed, which ends its transaction.
        """
        try:
            connection = self._taken()
            try:
                yield connection
            except BaseException:
                self._end(connection)
                raise
        except self._driver.Error as error:
            raise self._translated(error) from error
        self._kept.append((connection, time.monotonic()))

    def close(self) -> None:
        """Close those that are not lent."""
        while self._kept:
            self._end(self._kept.pop()[0])

    def _taken(self) -> Any:
        # Popped at once and not looked at before: other threads do the same.
        with suppress(IndexError):
            while True:
                connection, used = self._kept.pop()
                if self._is_there(connection, used):
                    return connection
                self._end(connection)
        pooled = self._engine.raw_connection()
        pooled.detach()
        return pooled.dbapi_connection

    def _is_there(self, connection: Any, used: float) -> bool:
        if self.is_sqlite:
            return True
        if connection.closed:
            return False
        # A server that ends a connection says so, unasked.
        said = select.poll()
        said.register(connection.fileno(), select.POLLIN)
        if said.poll(0):
            return False
        if time.monotonic() - used < TRUSTED_SECONDS:
            return True
        try:
            return bool(self._engine.dialect.do_ping(connection))
        except self._driver.Error:
            return False

    def _end(self, connection: Any) -> None:
        with suppress(self._driver.Error):
            connection.close()

    def _translated(self, error: Exception) -> Exception:
        return exc.DBAPIError.instance(
            None,
            None,
            error,
            self._driver.Error,
            hide_parameters=True,
            dialect=self._engine.dialect,
        )
