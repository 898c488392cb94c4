"""One line for each request: no address, no query, no fact, no key.

Written after the answer is out, so that nobody waits for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any

from flask import Response, has_request_context

from fanzha.logs import Lines
from fanzha.web import metrics
from fanzha.web.request import Request, current_request

_log = logging.getLogger(__name__)


def finishing(lines: Lines | None) -> Callable[[Response], Response]:
    """Return what puts the request's id on an answer, and has the request counted and logged."""

    def finish(response: Response) -> Response:
        request = current_request()
        response.headers["X-Request-Id"] = request.id
        response.call_on_close(partial(_tell_safely, request, response.status_code, lines))
        return response

    return finish


def with_request(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the request's id to what is logged while one is answered."""
    if has_request_context():
        event["request"] = current_request().id
    return event


def _tell_safely(request: Request, status: int, lines: Lines | None) -> None:
    try:
        _tell(request, status, lines)
    # The edge: the answer is out, and a full disk under a log is no reason to lose a connection.
    except OSError as error:
        _log.error("a request could not be counted or logged: %s", type(error).__name__)


def _tell(request: Request, status: int, lines: Lines | None) -> None:
    seconds = time.perf_counter() - request.began
    # The rule rather than the path: what stands in an address can be anything.
    rule = request.url_rule.rule if request.url_rule else "-"
    method = request.method if request.method in metrics.METHODS else "-"
    metrics.answered(method, rule, status, seconds)
    decision = request.decision
    if decision is not None:
        metrics.judged(decision, is_kept=request.keeps_decision)
    if lines is None:
        return
    fields: dict[str, Any] = {
        "method": method,
        "rule": rule,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "request": request.id,
    }
    if decision is not None:
        fields["decision"] = decision["id"]
        fields["outcome"] = decision["outcome"]
    lines.info("request", **fields)
