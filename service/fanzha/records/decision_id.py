"""Ids of decisions: they sort by the time they were made and cannot be guessed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
