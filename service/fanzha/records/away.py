"""Says that the database is away, for whatever the database itself could not do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from fanzha.errors import StoreUnavailable
from fanzha.model.text import Text

_log = logging.getLogger(__name__)

# What the database itself could not do; a wrong row or a mistake of ours is neither.
_AWAY = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError, OSError)


@contextmanager
def away_is_said() -> Iterator[None]:
    """Raise StoreUnavailable for what happens in the block because the database is away."""
    try:
        yield
    except (*_AWAY, exc.DatabaseError) as error:
        # DatabaseError itself is a broken file; its other kinds are wrong rows and mistakes.
        if not isinstance(error, _AWAY) and type(error) is not exc.DatabaseError:
            raise
        # Never the error's own text: a driver can put values of a row into it.
        _log.error("the database is away: %s", kind_of(error))
        raise StoreUnavailable(
            Text(zh="数据库没有响应", en="the database did not answer"),
            hint=Text(
                zh="稍后重试；若持续出现，请检查数据库与磁盘空间",
                en="try again in a moment; if it stays, look at the database and its disk",
            ),
        ) from error


def kind_of(error: BaseException) -> str:
    """Return the class and code of a database's error, which are safe to log, and no text."""
    origin = error.orig if isinstance(error, exc.DBAPIError) else error
    code = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None)
    return f"{type(origin).__name__} {code or ''}".strip()
