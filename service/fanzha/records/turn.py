"""Lets the processes that write to one SQLite file do so by turns."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turn:
    """A lock between processes and threads that nobody can take twice while another waits.

    SQLite's own waiting is a sleep of up to 100 ms and a new attempt, so a process that writes
    again at once wins almost every time, and another one starves for seconds. Here a writer
    takes the gate, then the door, and only then opens the gate for the next: whoever just
    wrote comes back to a gate that the one waiting still holds.

    The kernel lets go of both when a process dies. The two files beside the database are empty
    and stay.
    """

    def __init__(self, database: Path) -> None:
        self._gate = database.with_name(f"{database.name}-gate")
        self._door = database.with_name(f"{database.name}-door")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the door inside this block. Not reentrant: a second call in it waits forever."""
        # Opened each time: a lock belongs to an open file, and threads of one process must
        # exclude each other too.
        with self._door.open("ab") as door:
            with self._gate.open("ab") as gate:
                fcntl.flock(gate, fcntl.LOCK_EX)
                fcntl.flock(door, fcntl.LOCK_EX)
            yield
