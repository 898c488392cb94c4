"""Makes JSON answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Response
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

JSON = "application/json"


class _Answer(Response):
    """An answer that is whole: its length is known, and its addresses are plain ASCII."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers as they are: there is nothing to find out about them."""
        return self.headers


def answer(value: Any, *, status: int = 200, media_type: str = JSON) -> Response:
    """Return `value` as JSON."""
    return answer_bytes(orjson.dumps(value), status=status, media_type=media_type)


def answer_bytes(content: bytes, *, status: int = 200, media_type: str = JSON) -> Response:
    """Return what is JSON already, to the byte."""
    return _Answer(content, status=status, content_type=media_type)
