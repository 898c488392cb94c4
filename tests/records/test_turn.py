from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fanzha.records.turn import Turn


@pytest.fixture
def new_turn(tmp_path: Path) -> Iterator[Callable[..., Turn]]:
    with ExitStack() as opened:

        def make(*, patience_seconds: float) -> Turn:
            turn = Turn(tmp_path / "fanzha.db", patience_seconds=patience_seconds)
            opened.callback(turn.close)
            return turn

        yield make


@pytest.mark.parametrize("is_another_process", [False, True])
def test_only_one_holds_it(new_turn: Callable[..., Turn], is_another_process: bool) -> None:
    # Two of the same file are as two processes: a lock belongs to the opened file.
    one = new_turn(patience_seconds=0.05)
    other = new_turn(patience_seconds=0.05) if is_another_process else one
    with one.taken(), pytest.raises(TimeoutError), other.taken():
        pytest.fail("two held it at once")
    with other.taken():
        pass


def test_whoever_just_wrote_cannot_overtake_the_one_who_waits(
    tmp_path: Path,
    new_turn: Callable[..., Turn],
    eventually: Callable[[Callable[[], bool]], None],
) -> None:
    turn = new_turn(patience_seconds=10)
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
