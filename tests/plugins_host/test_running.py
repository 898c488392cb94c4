"""A stranger's function that hangs costs its own answer and, in the end, its process; not more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fanzha.model.text import Text
from fanzha.plugins.contributions import DerivedFunction
from fanzha.plugins.running import FunctionHangs, Runner

BOTH = Text(zh="示例", en="Sample")
SECONDS = 0.2


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What a function that hangs waits for: set when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def _runner(trusted: tuple[str, ...] = (), **functions: Callable[..., Any]) -> Runner:
    described = {
        name: DerivedFunction(each, "any", "integer", BOTH, "fen")
        for name, each in functions.items()
    }
    return Runner(described, dict.fromkeys(functions, "stranger"), trusted=trusted, seconds=SECONDS)


def test_one_that_hangs_is_given_up_at_its_limit(released: threading.Event) -> None:
    runner = _runner(hang=released.wait)
    began = time.monotonic()
    with pytest.raises(FunctionHangs):
        runner.run("hang")
    assert SECONDS <= time.monotonic() - began < 20 * SECONDS
    assert runner.is_worn


def test_one_that_hung_is_not_called_again(released: threading.Event) -> None:
    calls: list[int] = []

    def hang() -> None:
        calls.append(1)
        released.wait()

    runner = _runner(hang=hang)
    for _ in range(3):
        with pytest.raises(FunctionHangs):
            runner.run("hang")
    assert len(calls) == 1
    assert runner.spent("stranger").hanging == ["hang"]


def test_others_go_on(released: threading.Event) -> None:
    runner = _runner(hang=released.wait, double=lambda number: 2 * number)
    with pytest.raises(FunctionHangs):
        runner.run("hang")
    assert [runner.run("double", each) for each in range(5)] == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("error", [ValueError, SystemExit])
def test_what_it_raises_is_raised_here(error: type[BaseException]) -> None:
    def fail() -> None:
        raise error("so")

    runner = _runner(fail=fail)
    with pytest.raises(error, match="so"):
        runner.run("fail")
    assert not runner.is_worn


def test_calls_at_the_same_time_do_not_wait_for_each_other() -> None:
    meeting = threading.Barrier(8)
    runner = _runner(meet=lambda number: (meeting.wait(timeout=SECONDS), number)[1])
    with ThreadPoolExecutor(8) as callers:
        assert list(callers.map(lambda each: runner.run("meet", each), range(8))) == list(range(8))


def test_ours_run_in_the_thread_that_asks() -> None:
    runner = _runner(trusted=("stranger",), where=threading.get_ident)
    assert runner.run("where") == threading.get_ident()
    assert _runner(where=threading.get_ident).run("where") != threading.get_ident()


def test_each_plugins_calls_and_time_are_counted() -> None:
    runner = _runner(nap=lambda: time.sleep(0.01))
    for _ in range(3):
        runner.run("nap")
    spent = runner.spent("stranger")
    assert spent.calls == 3
    assert 0.03 <= spent.seconds < 3 * SECONDS
    assert runner.spent("nobody").calls == 0
