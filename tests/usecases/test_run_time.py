"""A check that takes too long has no verdict; one that hangs is noticed."""

from __future__ import annotations

import pytest

from fanzha.errors import CheckTooSlow
from fanzha.usecases.run_time import HANGS_AFTER, RunTimes


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_within_its_time_a_check_goes_on() -> None:
    clock = Clock()
    with RunTimes(10, clock=clock).running() as refuse_late:
        clock.now = 10
        refuse_late()


def test_beyond_its_time_a_check_is_refused() -> None:
    clock = Clock()
    with RunTimes(10, clock=clock).running() as refuse_late:
        clock.now = 10.1
        with pytest.raises(CheckTooSlow, match="10 seconds"):
            refuse_late()


def test_a_check_that_hangs_is_noticed_by_others_and_a_slow_one_is_not() -> None:
    clock = Clock()
    times = RunTimes(10, clock=clock)
    with times.running():
        clock.now = 10.0 * HANGS_AFTER
        assert not times.has_hung
        clock.now += 0.1
        assert times.has_hung
    assert not times.has_hung


def test_a_check_that_failed_runs_no_more() -> None:
    clock = Clock()
    times = RunTimes(10, clock=clock)
    with pytest.raises(ValueError, match="broken"), times.running():
        raise ValueError("broken")
    clock.now = 1000
    assert not times.has_hung
