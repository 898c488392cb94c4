"""Times a call: rounds of many calls, of which the fastest round counts."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 7
SECONDS_PER_ROUND = 0.25


def microseconds(call: Callable[[], object]) -> float:
    """Return microseconds a call takes; other work on the machine only makes rounds slower."""
    call()
    started = time.perf_counter()
    call()
    times = max(1, int(SECONDS_PER_ROUND / max(time.perf_counter() - started, 1e-7)))
    best = min(_round(call, times) for _ in range(ROUNDS))
    return best * 1_000_000


def _round(call: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - started) / times
