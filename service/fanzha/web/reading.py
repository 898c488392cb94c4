"""Who reads decisions with a request, and what for."""

from __future__ import annotations

from fanzha.records.reads import Reader
from fanzha.web.context import holder
from fanzha.web.request import current_request

PURPOSE = "X-Purpose"


def reader() -> Reader:
    """Return on whose behalf the request reads, with the purpose of its header."""
    return Reader(holder().identity, current_request().headers.get(PURPOSE))
