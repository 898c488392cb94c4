"""Lets the processes that write to one SQLite file do so by turns."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_FIRST_PAUSE_SECONDS = 0.0002
_LONGEST_PAUSE_SECONDS = 0.002


class Turn:
    """A lock between processes and threads that nobody can take twice while another waits.

    SQLite's own waiting is a sleep of up to 100 ms and a new attempt, so a process that writes
    again at once wins almost every time, and another one starves. Here a writer takes the gate,
    then the door, and only then opens the gate for the next: whoever just wrote comes back to
    a gate that the one waiting still holds.

    The kernel lets go of both when a process dies. The two files beside the database are empty
    and stay. INVARIANT: not used across a fork, whose two sides would hold one lock together.
    """

    def __init__(self, database: Path, *, patience_seconds: float) -> None:
        self._gate = _FileLock(database.with_name(f"{database.name}-gate"))
        self._door = _FileLock(database.with_name(f"{database.name}-door"))
        self._patience_seconds = patience_seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the door inside this block; raise TimeoutError when it does not come free.

        Not reentrant: a second call inside the block waits for the first.
        """
        until = time.monotonic() + self._patience_seconds
        self._gate.take(until)
        try:
            self._door.take(until)
        finally:
            self._gate.let_go()
        try:
            yield
        finally:
            self._door.let_go()

    def close(self) -> None:
        """Close the files; whoever takes the turn again opens them again."""
        self._gate.close()
        self._door.close()


class _FileLock:
    """A lock of a file, which is kept open: opening it anew costs more than the lock.

    Such a lock belongs to the open file, so threads need one between themselves.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._among_threads = threading.Lock()
        self._file: IO[bytes] | None = None

    def take(self, until: float) -> None:
        """Take it; raise TimeoutError when it is not free by then, in monotonic seconds."""
        left = min(max(until - time.monotonic(), 0), threading.TIMEOUT_MAX)
        if not self._among_threads.acquire(timeout=left):
            raise _taken_too_long()
        try:
            if self._file is None:
                self._file = self._path.open("ab")
            _lock(self._file, until)
        except BaseException:
            self._among_threads.release()
            raise

    def let_go(self) -> None:
        """Give it to whoever waits."""
        try:
            if self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._among_threads.release()

    def close(self) -> None:
        """Close the file, unless the lock is taken."""
        if self._among_threads.acquire(blocking=False):
            if self._file is not None:
                self._file.close()
                self._file = None
            self._among_threads.release()


def _lock(file: IO[bytes], until: float) -> None:
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Asked again and again, because the kernel's own waiting has no end.
            if time.monotonic() >= until:
                raise _taken_too_long() from None
            # Longer each time: whoever waits for a disk must not keep the other threads of its
            # process from judging.
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        else:
            return


def _taken_too_long() -> TimeoutError:
    return TimeoutError("another process does not stop writing")
