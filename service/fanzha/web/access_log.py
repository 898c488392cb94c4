"""One line for each request: no address, no query, no fact, no key."""

from __future__ import annotations

import logging
import time

from flask import Response

from fanzha.web.request import current_request

_log = logging.getLogger(__name__)


def finish(response: Response) -> Response:
    """Put the request's id on the answer, and write its line."""
    request = current_request()
    response.headers["X-Request-Id"] = request.id
    if _log.isEnabledFor(logging.INFO):
        # The rule rather than the path: ids of decisions are nobody's business here.
        rule = request.url_rule.rule if request.url_rule else "-"
        milliseconds = (time.perf_counter() - request.began) * 1000
        _log.info(
            "%s %s %d %.1fms %s",
            request.method[:20],
            rule,
            response.status_code,
            milliseconds,
            request.id,
        )
    return response
