"""Thousands of bad requests leave the process as large as it was."""

from __future__ import annotations

import gc
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Caller
from tests.web.worst_input import PARTS

REQUESTS = 20_000
WARM_UP = 4_000
GROWTH_AT_MOST = 24 * 1024 * 1024
_SMALL = 16 * 1024


def _resident_bytes() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_memory_does_not_grow_with_bad_requests(
    operator: Caller, check: dict[str, Any], stored: Callable[[], int]
) -> None:
    bodies = [body for part in PARTS for _, body in part(check) if len(body) < _SMALL]
    assert len(bodies) > 500
    statuses = set()
    before = 0
    for number, body in enumerate(itertools.islice(itertools.cycle(bodies), REQUESTS)):
        if number == WARM_UP:
            before = _resident_bytes()
        # Addresses and ids that are new each time are what a careless count would keep.
        operator.headers["X-Request-Id"] = f"bad-{number}"
        with operator.post(body) as answer:
            statuses.add(answer.status_code)
        if number % 10 == 0:
            operator.get(f"/v1/decisions/{number:032x}").close()
            operator.get(f"/{number}").close()
    assert _resident_bytes() - before < GROWTH_AT_MOST
    assert 500 not in statuses
    assert stored() == 0
