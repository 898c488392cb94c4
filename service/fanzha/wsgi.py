"""What a WSGI server runs: the application of the environment's settings, behind HTTP."""

from __future__ import annotations

import atexit
import faulthandler
import gc
import logging
from typing import NoReturn

from flask import Flask
from gunicorn.arbiter import Arbiter

from fanzha.application import Application, open_application
from fanzha.errors import FanzhaError
from fanzha.logs import log_what_nobody_catches, open_logs
from fanzha.settings import LogForm, Settings
from fanzha.web import create_app
from fanzha.web.access_log import with_request
from fanzha.web.metrics import Sampler
from fanzha.web.retirement import Watch

_log = logging.getLogger(__name__)


def create() -> Flask:
    """Open the application in this process and return its WSGI callable.

    INVARIANT: called after the server's fork. What it opens does not survive one.
    """
    try:
        settings = Settings.from_environment()
        lines = open_logs(settings.log, more=with_request)
        log_what_nobody_catches()
        application = open_application(settings)
    except FanzhaError as error:
        _give_up(error)
    # However the process ends in order, what waits to be written is written first.
    atexit.register(application.close)
    application.start_due_worker()
    _sample(application)
    _watch(application)
    # Of a thread that lets no other run the parent's signal still shows where it is, and no value.
    faulthandler.enable()
    app = create_app(application, lines=lines)
    # The law stays as long as the process: no collection of garbage need look through it again.
    gc.collect()
    gc.freeze()
    return app


def _sample(application: Application) -> None:
    sampler = Sampler(application.records)
    sampler.start()
    atexit.register(sampler.stop)


def _watch(application: Application) -> None:
    watch = Watch(lambda: application.rulebook.runner.is_worn or application.run_times.has_hung)
    watch.start()
    atexit.register(watch.stop)


def _give_up(error: FanzhaError) -> NoReturn:
    """Say in one line why there is no service, and end so that the server does not try again."""
    open_logs(LogForm.TEXT)
    _log.critical("%s", error)
    raise SystemExit(Arbiter.WORKER_BOOT_ERROR) from None
