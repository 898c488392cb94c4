from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fanzha.records.turn import Turn


def test_whoever_just_wrote_cannot_overtake_the_one_who_waits(
    tmp_path: Path, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    database = tmp_path / "fanzha.db"
    turn = Turn(database, patience_seconds=10)
    order: list[str] = []

    def wait() -> None:
        with turn.taken():
            order.append("the one who waits")

    def gate_is_taken() -> bool:
        with (tmp_path / "fanzha.db-gate").open("ab") as gate:
            try:
                fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    with turn.taken():
        waiting = threading.Thread(target=wait)
        waiting.start()
        eventually(gate_is_taken)
        order.append("the first")
    with turn.taken():
        order.append("the first again")
    waiting.join()
    assert order == ["the first", "the one who waits", "the first again"]


def test_a_turn_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    turn = Turn(tmp_path / "fanzha.db", patience_seconds=0.05)
    with turn.taken(), pytest.raises(TimeoutError), turn.taken():
        pytest.fail("two held it at once")
    with turn.taken():
        assert (tmp_path / "fanzha.db-door").exists()
