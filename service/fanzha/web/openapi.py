"""The OpenAPI document as it was collected while the blueprints registered."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app


def openapi_document() -> dict[str, Any]:
    """Return the document of the current application."""
    api = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return cast("dict[str, Any]", api.spec.to_dict())
