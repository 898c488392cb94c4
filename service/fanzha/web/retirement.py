"""Has a process replaced in which something hangs: no thread can be stopped."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
LAST_SECONDS = 5.0
"""How long a process that has ended its work may take to go."""


def _ask_for_replacement() -> None:
    # The server's own signal for an orderly end: answers under way are finished, what waits to be
    # written is written, and the parent starts a new worker.
    os.kill(os.getpid(), signal.SIGTERM)


class Watch:
    """Looks now and then whether the process is worn, and then asks once that it be replaced.

    A thread of its own: where every thread that answers hangs, no answer comes to look after.
    """

    def __init__(
        self,
        is_worn: Callable[[], bool],
        retire: Callable[[], None] = _ask_for_replacement,
        *,
        seconds: float = LOOK_SECONDS,
    ) -> None:
        self._is_worn = is_worn
        self._retire = retire
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fanzha-watch", daemon=True)

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            if self._is_worn():
                _log.error("a check or a plugin's function hangs: this process asks to be replaced")
                self._retire()
                return


def end_in_any_case(leave: Callable[[int], None] = os._exit, seconds: float = LAST_SECONDS) -> None:
    """Let this process, whose work is over, end also where a thread of it hangs.

    Python waits for all threads that answer before it ends, and the parent starts no new process
    before the old one is gone. What was answered is committed already.
    """

    def end() -> None:
        _log.error("threads hang that nothing can stop: this process ends without them")
        leave(1)

    last = threading.Timer(seconds, end)
    last.daemon = True
    last.start()
    # Reached once all threads are through: then the rest takes the time that it takes.
    atexit.register(last.cancel)
