"""Has a process replaced in which a plugin's function hangs: the thread cannot be stopped."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)


def _ask_for_replacement() -> None:
    # The server's own signal for an orderly end: answers under way are finished, what waits to be
    # written is written, and the parent starts a new worker.
    os.kill(os.getpid(), signal.SIGTERM)


def retiring(
    application: WSGIApplication,
    is_worn: Callable[[], bool],
    retire: Callable[[], None] = _ask_for_replacement,
) -> WSGIApplication:
    """Return the application that asks once to be replaced, after an answer, when it is worn."""
    once = threading.Lock()

    def after_the_answer() -> None:
        if is_worn() and once.acquire(blocking=False):
            _log.error("a check or a plugin's function hangs: this process asks to be replaced")
            retire()

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return ClosingIterator(application(environ, start_response), after_the_answer)

    return call
