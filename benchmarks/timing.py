"""Times calls: rounds of many calls, of which the fastest round counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

ROUNDS = 7
SECONDS_PER_ROUND = 0.25


def microseconds(call: Callable[[], object]) -> float:
    """Return microseconds a call takes; other work on the machine only makes rounds slower."""
    return compared([call])[0]


def compared(calls: Sequence[Callable[[], object]]) -> list[float]:
    """Return the same of several calls, by rounds in turn: what slows one slows the others too."""
    times = [_times(call) for call in calls]
    rounds = [
        [_round(call, number) for call, number in zip(calls, times, strict=True)]
        for _ in range(ROUNDS)
    ]
    return [min(each) * 1_000_000 for each in zip(*rounds, strict=True)]


def _times(call: Callable[[], object]) -> int:
    call()
    started = time.perf_counter()
    call()
    return max(1, int(SECONDS_PER_ROUND / max(time.perf_counter() - started, 1e-7)))


def _round(call: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - started) / times
