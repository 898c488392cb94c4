"""What a WSGI server runs: the application of the environment's settings, behind HTTP."""

from __future__ import annotations

import atexit
import logging

from flask import Flask

from fanzha.application import open_application
from fanzha.settings import Settings
from fanzha.web import create_app
from fanzha.web.retirement import retiring


def create() -> Flask:
    """Open the application in this process and return its WSGI callable.

    INVARIANT: called after the server's fork. What it opens does not survive one.
    """
    _log_to_standard_error()
    application = open_application(Settings.from_environment())
    # However the process ends in order, what waits to be written is written first.
    atexit.register(application.close)
    application.start_due_worker()
    app = create_app(application)
    app.wsgi_app = retiring(  # type: ignore[method-assign, assignment]
        app.wsgi_app, lambda: application.rulebook.runner.is_worn
    )
    return app


def _log_to_standard_error() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    # Only ours: at this level, libraries would write each statement that they send.
    own = logging.getLogger("fanzha")
    own.setLevel(logging.INFO)
    own.propagate = False
    own.handlers = [handler]
