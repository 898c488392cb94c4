"""How the service logs: one JSON object a line on standard error, text for a person, or nothing.

No line holds a fact, a key or an address: whoever logs names ids, classes and numbers. Of an error
that nobody expected there are the classes and the places in the code, never its text, which can
quote what someone posted.
"""

from __future__ import annotations

import errno
import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Protocol

import orjson
import structlog
from structlog.typing import EventDict, ExcInfo, Processor

from fanzha.errors import FanzhaError
from fanzha.settings import LogForm

_log = logging.getLogger(__name__)

FRAMES_AT_MOST = 60
"""Places in the code for each error; of more, those in the middle are left out."""
LINES_AT_MOST = 1000
"""Lines that are left to whoever writes."""
ERRORS_AT_MOST = 10
"""How far a chain of causes is followed."""


class Lines(Protocol):
    """Takes lines of their own, such as one for each request."""

    def info(self, event: str, **fields: Any) -> Any:
        """Write one line."""


_TIME = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")


def formatter(form: LogForm, *, more: Processor | None = None) -> logging.Formatter:
    """Return what writes the records of `logging`; `more` adds fields to each."""
    processors: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _message_as_event,
        *([more] if more else []),
        # INVARIANT: before whatever renders, which would show an error with its text.
        structlog.processors.ExceptionRenderer(_classes_and_places),
        _console() if form is LogForm.TEXT else _json,
    ]
    return structlog.stdlib.ProcessorFormatter(
        processors=processors,
        foreign_pre_chain=[
            _TIME,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
        ],
    )


def open_logs(form: LogForm, *, more: Processor | None = None) -> Lines | None:
    """Let the service log in this form, and return what takes lines; None when it is off."""
    # Only ours: at this level, libraries would write each statement that they send.
    own = logging.getLogger("fanzha")
    own.propagate = False
    if form is LogForm.OFF:
        own.handlers = [logging.NullHandler()]
        return None
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form, more=more))
    own.setLevel(logging.INFO)
    own.handlers = [handler]
    return lines(form, sys.stderr.buffer)


def log_what_nobody_catches() -> None:
    """Let what ends a thread, or is raised where nobody can catch it, be a line like the others.

    Python writes both to standard error by itself, with their text.
    """

    def ended(raised: threading.ExceptHookArgs) -> None:
        name = raised.thread.name if raised.thread else "-"
        _log.error("thread %s broke", name, exc_info=raised.exc_value)

    def lost(raised: sys.UnraisableHookArgs) -> None:
        _log.error("an error could not be raised", exc_info=raised.exc_value)

    threading.excepthook = ended
    sys.unraisablehook = lost


def lines(form: LogForm, stream: BinaryIO) -> Lines:
    """Return what writes lines into `stream`, for less than a record of `logging` costs."""
    render: Processor = _console_bytes() if form is LogForm.TEXT else _json_bytes
    logger: Lines = structlog.BoundLogger(
        _SharedStream(stream), processors=[_TIME, render], context={}
    )
    return logger


class _SharedStream:
    """Writes lines of several threads; whoever comes while one writes leaves its line to it.

    Lines that come at once are written at once. Nobody waits for another until many lines do,
    where nothing takes them any more.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writing = threading.Lock()
        self._lines: deque[bytes] = deque()

    def info(self, line: bytes) -> None:
        """Write a line, or leave it to whoever writes; raise OSError when it cannot be written."""
        self._lines.append(line + b"\n")
        # Looked at again after each write: a line may have come just before it ended.
        while self._lines and self._writing.acquire(blocking=len(self._lines) > LINES_AT_MOST):
            try:
                self._stream.write(b"".join(self._taken()))
                self._stream.flush()
            finally:
                self._writing.release()

    def _taken(self) -> Iterator[bytes]:
        while self._lines:
            yield self._lines.popleft()


def _message_as_event(_: Any, __: str, event: EventDict) -> EventDict:
    # Records of `logging` come with their arguments put in already.
    return {"event": event.pop("event", ""), **event}


def _classes_and_places(exc_info: ExcInfo) -> str:
    """Return what can be said of an error and its causes without a word of theirs."""
    told: list[str] = []
    error: BaseException | None = exc_info[1]
    for _ in range(ERRORS_AT_MOST):
        if error is None:
            break
        told.append(f"{'because of ' if told else ''}{_class_of(error)}")
        places = [f"  {each}" for each in _places(error)]
        if len(places) > FRAMES_AT_MOST:
            half = FRAMES_AT_MOST // 2
            places[half:-half] = [f"  ... {len(places) - 2 * half} more"]
        told += places
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(told)


def _class_of(error: BaseException) -> str:
    """Return the class of an error with its code, where it has one out of a fixed list."""
    kind = type(error)
    code: object = None
    if isinstance(error, FanzhaError):
        code = error.code
    elif isinstance(error, OSError):
        code = errno.errorcode.get(error.errno or 0)
    else:
        # Those of the databases: their names for what went wrong.
        code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return f"{kind.__module__}.{kind.__qualname__}" + (f" {code}" if code else "")


def _places(error: BaseException) -> Iterator[str]:
    # Not the lines of the source, nor the values of names.
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield f"{frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}"


def _json(_: Any, __: str, event: Mapping[str, Any]) -> str:
    return _json_bytes(_, __, event).decode()


def _json_bytes(_: Any, __: str, event: Mapping[str, Any]) -> bytes:
    # What is no JSON is named by its class: its text could hold what someone posted.
    return orjson.dumps(event, default=lambda value: type(value).__name__)


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        timestamp_key="time",
        # Never its own choice, which shows the values of local names: facts.
        exception_formatter=structlog.dev.plain_traceback,
    )


def _console_bytes() -> Processor:
    render = _console()
    return lambda logger, name, event: render(logger, name, event).encode()
