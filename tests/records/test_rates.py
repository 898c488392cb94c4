"""A limit of requests holds over all processes, and costs few of them a write."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import event, text

from fanzha.errors import RateExceeded
from fanzha.records.database import Database
from fanzha.records.rates import Rates
from fanzha.settings import RateLimit

LIMIT = RateLimit(100, 60)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_000_020.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(database: Database, clock: Clock) -> Rates:
    return Rates(database, LIMIT, clock=clock)


@pytest.fixture
def writes(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def _granted(rates: Rates, caller: str, times: int) -> int:
    granted = 0
    for _ in range(times):
        try:
            rates.take(caller)
        except RateExceeded:
            continue
        granted += 1
    return granted


def test_a_key_gets_its_limit_and_no_more(rates: Rates) -> None:
    assert _granted(rates, "a", 150) == 100


def test_each_key_has_a_limit_of_its_own(rates: Rates) -> None:
    assert _granted(rates, "a", 150) == 100
    assert _granted(rates, "b", 50) == 50


def test_the_next_stretch_begins_anew_and_the_refusal_says_when(rates: Rates, clock: Clock) -> None:
    assert _granted(rates, "a", 101) == 100
    with pytest.raises(RateExceeded) as refused:
        rates.take("a")
    clock.now += refused.value.retry_after_seconds
    assert _granted(rates, "a", 10) == 10


def test_two_processes_together_get_the_limit_and_no_more(database: Database, clock: Clock) -> None:
    both = [Rates(database, LIMIT, clock=clock) for _ in range(2)]
    granted = [0, 0]

    def run(number: int) -> None:
        granted[number] = _granted(both[number], "a", 150)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 100


def test_many_requests_share_one_write(rates: Rates, writes: list[str]) -> None:
    rates.take("a")
    first = len(writes)
    for _ in range(4):
        rates.take("a")
    assert len(writes) == first


def test_who_is_over_the_limit_writes_nothing_more(rates: Rates, writes: list[str]) -> None:
    _granted(rates, "a", 150)
    before = len(writes)
    _granted(rates, "a", 50)
    assert len(writes) == before


def test_stretches_that_are_over_are_forgotten(
    database: Database, rates: Rates, clock: Clock
) -> None:
    for _ in range(4):
        rates.take("a")
        clock.now += 600
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM rate_windows")).scalar_one() == 1


def test_a_limit_below_the_blocks_holds_too(database: Database, clock: Clock) -> None:
    assert _granted(Rates(database, RateLimit(3, 1), clock=clock), "a", 10) == 3


def test_without_a_limit_nothing_is_counted(database: Database, writes: list[str]) -> None:
    assert _granted(Rates(database, None), "a", 1000) == 1000
    assert writes == []
