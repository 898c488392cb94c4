"""How gunicorn runs the service; each value with its reason. `fanzha serve` and Procfile use it."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from typing import Any

from gunicorn.glogging import Logger

from fanzha.errors import FanzhaError
from fanzha.logs import formatter
from fanzha.settings import LogForm, ServerSettings

try:
    _settings = ServerSettings.from_environment()
except FanzhaError as error:
    # A sentence rather than a traceback; gunicorn has no logs yet.
    sys.stderr.write(f"{error}\n")
    raise SystemExit(error.exit_code) from None

# A platform that gives a port wants all interfaces; a person's machine only its own.
bind = f"0.0.0.0:{_settings.port}" if _settings.port else "127.0.0.1:8000"

# A check is a few milliseconds of computing, then a wait for the database to commit. Processes
# use the cores, threads fill the waits, and the decisions of many threads share one commit.
worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads

# INVARIANT: each worker opens the application after the fork. Writer threads, database
# connections and the engine's native state do not survive one.
preload_app = False

# Longer than any check: a silent worker is stuck, and is replaced.
timeout = 60
# Answers under way are finished and committed before a worker goes.
graceful_timeout = 30
# Callers post many checks over one connection; a load balancer's own limit is usually 60.
keepalive = 75

_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
# Heartbeats in memory: on a busy disk a slow one looks like a stuck worker.
worker_tmp_dir = _MEMORY

# The service writes its own line for each request, without addresses and without facts.
accesslog = None
errorlog = "-"

# Nothing here is steered from outside, so there is no socket to guard.
control_socket_disable = True

# The workers' numbers meet in a folder of files, in memory. Set here, before anything that counts
# is loaded; a folder that an operator chose stays theirs.
_chosen = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
_numbers = _chosen or tempfile.mkdtemp(prefix="fanzha-metrics-", dir=_MEMORY)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _numbers


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's own lines, in the form of the service's."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        form = LogForm.TEXT if _settings.log is LogForm.OFF else _settings.log
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(form))
        self.error_log.addFilter(_without_what_clients_sent)


# What gunicorn quotes: of a body that is longer than it says, the rest is read as a next request,
# and that can be anyone's name; an address has its query.
_QUOTING = {
    "Invalid request from": "a request that cannot be read was refused",
    "Error handling request": "a request could not be answered",
}


def _without_what_clients_sent(record: logging.LogRecord) -> bool:
    for beginning, instead in _QUOTING.items():
        if str(record.msg).startswith(beginning):
            record.msg, record.args = instead, ()
    return True


logger_class = _Log


def child_exit(_: Any, worker: Any) -> None:
    """Take what a dead worker had waiting out of the sums; what it counted stays in them."""
    # Late: what is loaded before the folder is set counts for its own process alone.
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def worker_exit(_: Any, worker: Any) -> None:
    """See that a worker whose work is over goes, even where one of its threads hangs."""
    # The parent calls this too, for one that is gone already; and one that never served has no
    # thread that could hang.
    if worker.pid == os.getpid() and worker.booted:
        from fanzha.web.retirement import end_in_any_case

        end_in_any_case()


def on_exit(_: Any) -> None:
    """Remove the folder of numbers."""
    if not _chosen:
        shutil.rmtree(_numbers, ignore_errors=True)
