"""Makes JSON answers."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

JSON = "application/json"


def answer(value: Any, *, status: int = 200, media_type: str = JSON) -> Response:
    """Return `value` as JSON."""
    return answer_bytes(orjson.dumps(value), status=status, media_type=media_type)


def answer_bytes(content: bytes, *, status: int = 200, media_type: str = JSON) -> Response:
    """Return what is JSON already, to the byte."""
    return Response(content, status=status, content_type=media_type)
