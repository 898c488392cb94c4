"""Ids of decisions: they sort by the time they were made and cannot be guessed."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BYTES_AT_ONCE = 4096


class RandomBytes:
    """The system's random bytes, taken many at a time. Safe for several threads.

    Each call of the system lets another thread run, and waiting for one's turn again costs more
    than all the rest of an id. INVARIANT: made after a fork, whose two sides would give the same.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = b""

    def __call__(self, number: int) -> bytes:
        """Return so many, 4096 at most."""
        with self._lock:
            if len(self._left) < number:
                self._left = os.urandom(_BYTES_AT_ONCE)
            taken, self._left = self._left[:number], self._left[number:]
            return taken


def new_decision_id(clock: Callable[[], datetime], random: Callable[[int], bytes]) -> str:
    """Return a new version 7 UUID as text.

    `clock` returns an aware time and `random(n)` n random bytes (`os.urandom`). The fraction of
    the millisecond goes where RFC 9562 section 6.2 (method 3) has it, so that the order of ids
    is the order of time to about a microsecond.
    """
    microseconds = (clock() - _EPOCH) // _MICROSECOND
    milliseconds, rest = divmod(microseconds, 1000)
    fraction = rest * 4096 // 1000
    tail = int.from_bytes(random(8), "big") >> 2
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | tail))
