"""How many requests a key may send in a stretch of time, over all processes together.

A process takes permits in blocks and spends them from memory, so that most requests write
nothing. What it has not spent at the end of the stretch is lost: a key never gets more than its
limit, and can get a little less where several processes each hold a block.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from fanzha.errors import RateExceeded
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.tables import rate_windows
from fanzha.settings import RateLimit

BLOCKS = 20
"""Into how many blocks a limit is parted."""
CALLERS_AT_MOST = 10_000


@dataclass(slots=True)
class _Permits:
    started: int
    left: int = 0
    is_over: bool = False


class Rates:
    """Counts the requests of keys; None as the limit counts nothing and costs nothing."""

    def __init__(
        self,
        database: Database,
        limit: RateLimit | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._permits: dict[str, _Permits] = {}

    def take(self, caller: str) -> None:
        """Spend one permit of the caller; raise RateExceeded when there is none."""
        limit = self._limit
        if limit is None:
            return
        now = self._clock()
        started = int(now // limit.seconds) * limit.seconds
        if self._spend(caller, started):
            return
        granted = self._reserve(caller, started, limit)
        with self._lock:
            held = self._permits[caller]
            if held.started == started:
                held.left += granted
                held.is_over = granted == 0
        if not self._spend(caller, started):
            raise self._exceeded(limit, started, now)

    def _spend(self, caller: str, started: int) -> bool:
        """Tell whether a permit was there; raise RateExceeded where asking for more is vain."""
        with self._lock:
            held = self._permits.get(caller)
            if held is None or held.started != started:
                if len(self._permits) >= CALLERS_AT_MOST:
                    self._permits.clear()
                held = self._permits[caller] = _Permits(started)
            if held.left:
                held.left -= 1
                return True
            if held.is_over and self._limit:
                raise self._exceeded(self._limit, started, self._clock())
            return False

    def _reserve(self, caller: str, started: int, limit: RateLimit) -> int:
        """Take a block of permits from those that all processes share; return how many."""
        block = max(1, limit.requests // BLOCKS)
        old = rate_windows.c.started < started - limit.seconds
        with self._database.writing() as connection:
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            statement = dialect.insert(rate_windows).values(
                caller=caller, started=started, taken=block
            )
            taken: int = connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["caller", "started"],
                    set_={"taken": rate_windows.c.taken + block},
                ).returning(rate_windows.c.taken)
            ).scalar_one()
            if taken == block:
                connection.execute(delete(rate_windows).where(old))
        return max(0, min(block, limit.requests - (taken - block)))

    def _exceeded(self, limit: RateLimit, started: int, now: float) -> RateExceeded:
        error = RateExceeded(
            Text(
                zh=f"请求超过每 {limit.seconds} 秒 {limit.requests} 次",
                en=f"more than {limit.requests} requests in {limit.seconds} seconds",
            ),
            hint=Text(
                zh="请在 Retry-After 所示秒数之后重试",
                en="try again after the seconds that Retry-After names",
            ),
        )
        error.retry_after_seconds = max(1, int(started + limit.seconds - now) + 1)
        return error
