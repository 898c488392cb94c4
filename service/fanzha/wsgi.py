"""What a WSGI server runs: the application of the environment's settings, behind HTTP."""

from __future__ import annotations

from typing import Any

from fanzha.application import open_application
from fanzha.settings import Settings
from fanzha.web import create_app


def create() -> Any:
    """Open the application in this process and return its WSGI callable."""
    return create_app(open_application(Settings.from_environment()))
