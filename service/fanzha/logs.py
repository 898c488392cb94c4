"""How the service logs: one JSON object a line on standard error, text for a person, or nothing.

No line holds a fact, a key or an address: whoever logs names ids, classes and numbers.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO, Protocol

import orjson
import structlog
from structlog.typing import EventDict, Processor

from fanzha.settings import LogForm


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
    ]
    if form is LogForm.TEXT:
        processors.append(_console())
    else:
        processors += [structlog.processors.format_exc_info, _json]
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


def lines(form: LogForm, stream: BinaryIO) -> Lines:
    """Return what writes lines into `stream`, for less than a record of `logging` costs."""
    render: Processor = _console_bytes() if form is LogForm.TEXT else _json_bytes
    logger: Lines = structlog.BoundLogger(
        structlog.BytesLogger(stream), processors=[_TIME, render], context={}
    )
    return logger


def _message_as_event(_: Any, __: str, event: EventDict) -> EventDict:
    # Records of `logging` come with their arguments put in already.
    return {"event": event.pop("event", ""), **event}


def _json(_: Any, __: str, event: Mapping[str, Any]) -> str:
    return _json_bytes(_, __, event).decode()


def _json_bytes(_: Any, __: str, event: Mapping[str, Any]) -> bytes:
    # What is no JSON is named by its class: its text could hold what someone posted.
    return orjson.dumps(event, default=lambda value: type(value).__name__)


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        timestamp_key="time",
        # Not the renderer's own choice, which shows the values of local names: facts.
        exception_formatter=structlog.dev.plain_traceback,
    )


def _console_bytes() -> Processor:
    render = _console()
    return lambda logger, name, event: render(logger, name, event).encode()
