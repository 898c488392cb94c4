"""Remembers what was read for a few seconds, so that a hot path need not ask each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

SECONDS = 3.0
ENTRIES_AT_MOST = 10_000

T = TypeVar("T")


class ShortCache(Generic[T]):
    """Values by key, each for at most `seconds`.

    Only what exists is remembered: something new counts at once in every process, and a
    stranger who asks for things that do not exist cannot fill it.
    """

    def __init__(
        self, *, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._values: dict[str, tuple[float, T]] = {}

    def get(self, key: str, read: Callable[[str], T | None]) -> T | None:
        """Return the value of `key`, by `read` when it is not remembered or too old."""
        remembered = self._values.get(key)
        if remembered and self._clock() < remembered[0]:
            return remembered[1]
        # The time before reading: what is read may be older than now, never newer.
        until = self._clock() + self._seconds
        value = read(key)
        if value is None:
            self._values.pop(key, None)
            return None
        if len(self._values) >= ENTRIES_AT_MOST:
            self._values.clear()
        self._values[key] = (until, value)
        return value

    def forget(self, key: str) -> None:
        """Read `key` anew next time."""
        self._values.pop(key, None)
