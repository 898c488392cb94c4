"""Lets the processes that write to one SQLite file do so by turns."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_FIRST_PAUSE_SECONDS = 0.0005
_LONGEST_PAUSE_SECONDS = 0.002


class Turn:
    """A lock between processes and threads that nobody can take twice while another waits.

    SQLite's own waiting is a sleep of up to 100 ms and a new attempt, so a process that writes
    again at once wins almost every time, and another one starves. Here a writer takes the gate,
    then the door, and only then opens the gate for the next: whoever just wrote comes back to
    a gate that the one waiting still holds.

    The kernel lets go of both when a process dies. The two files beside the database are empty
    and stay.
    """

    def __init__(self, database: Path, *, patience_seconds: float) -> None:
        self._gate = database.with_name(f"{database.name}-gate")
        self._door = database.with_name(f"{database.name}-door")
        self._patience_seconds = patience_seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the door inside this block; raise TimeoutError when it does not come free.

        Not reentrant: a second call inside the block waits for the first.
        """
        until = time.monotonic() + self._patience_seconds
        # Opened each time: a lock belongs to an open file, and threads of one process must
        # exclude each other too.
        with self._door.open("ab") as door:
            with self._gate.open("ab") as gate:
                _lock(gate, until)
                _lock(door, until)
            yield


def _lock(file: IO[bytes], until: float) -> None:
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Asked again and again, because the kernel's own waiting has no end.
            if time.monotonic() >= until:
                raise TimeoutError("another process does not stop writing") from None
            # Longer each time: whoever waits for a disk must not keep the other threads of its
            # process from judging.
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        else:
            return
