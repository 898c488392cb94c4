"""Numbers for whoever watches the service; they add up over all of gunicorn's workers.

In several processes each writes its numbers to files of its own, in the folder that
`gunicorn_conf` sets up before this module is loaded, and `GET /metrics` of any of them adds up
all files. Few numbers, for each costs some microseconds of every check.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from fanzha.engine.session import handles_dropped

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
"""What may become a label: a client can invent methods without end."""
SAMPLE_SECONDS = 2.0

_log = logging.getLogger(__name__)
_own = CollectorRegistry()

_CHECKS = Counter(
    "fanzha_checks",
    "Checks judged, by outcome; kept says whether the decision was stored",
    ["domain", "check_type", "outcome", "kept"],
    registry=_own,
)
_VIOLATED = Counter(
    "fanzha_obligations_violated",
    "Obligations found violated",
    ["obligation"],
    registry=_own,
)
_ANSWERED = Histogram(
    "fanzha_http_request_seconds",
    "Time from a request's arrival in a thread until its answer is out",
    ["method", "rule", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30),
    registry=_own,
)
_WAITING = Gauge(
    "fanzha_writer_waiting",
    "Decisions that wait to be committed",
    multiprocess_mode="livesum",
    registry=_own,
)
_COMMITS = Counter(
    "fanzha_writer_commits",
    "Commits of groups of decisions; kept checks over commits is the size of a group",
    registry=_own,
)
_DROPPED = Counter(
    "fanzha_engine_handles_dropped",
    "Rulesets of the engine given up after an error and made anew",
    registry=_own,
)

# By tuple: the library's own way from labels to a number costs more than the number.
_checks: dict[tuple[str, str, str, bool], Any] = {}
_answered: dict[tuple[str, str, int], Any] = {}


class Queue(Protocol):
    """What there is to see of the decisions on their way to the database."""

    @property
    def waiting(self) -> int:
        """Decisions that wait for the next group."""

    @property
    def commits(self) -> int:
        """Groups that were committed so far."""


def judged(decision: Mapping[str, Any], *, is_kept: bool) -> None:
    """Count a decision, and the obligations that it finds violated."""
    check = decision["check"]
    key = (check["domain"], check["check_type"], decision["outcome"], is_kept)
    counter = _checks.get(key)
    if counter is None:
        counter = _checks[key] = _CHECKS.labels(*key[:3], "yes" if is_kept else "no")
    counter.inc()
    if decision["outcome"] == "non_compliant":
        for each in decision["obligations"]:
            if each["status"] == "violated":
                _VIOLATED.labels(each["id"]).inc()


def answered(method: str, rule: str, status: int, seconds: float) -> None:
    """Count an answer and the time that it took."""
    key = (method, rule, status)
    histogram = _answered.get(key)
    if histogram is None:
        histogram = _answered[key] = _ANSWERED.labels(*key)
    histogram.observe(seconds)


def exposition() -> bytes:
    """Return all numbers in Prometheus' text form."""
    if FOLDER not in os.environ:
        return generate_latest(_own)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class Sampler:
    """Looks now and then at what no request tells: queue, commits, the engine."""

    def __init__(self, queue: Queue, *, seconds: float = SAMPLE_SECONDS) -> None:
        self._queue = queue
        self._seconds = seconds
        # What was before is another's to count: a process may have had a sampler already.
        self._commits, self._dropped = queue.commits, handles_dropped()
        self._sampling = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fanzha-sampler", daemon=True)

    def start(self) -> None:
        """Sample in the background from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Sample once more, and no more then."""
        self._stopped.set()
        self._thread.join()
        self.sample()

    def sample(self) -> None:
        """Bring the numbers up to date."""
        with self._sampling:
            _WAITING.set(self._queue.waiting)
            commits, dropped = self._queue.commits, handles_dropped()
            _COMMITS.inc(commits - self._commits)
            _DROPPED.inc(dropped - self._dropped)
            self._commits, self._dropped = commits, dropped

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self.sample()
            # The edge of the thread: numbers that cannot be written must not be missed in silence.
            except Exception as error:  # noqa: BLE001
                _log.error("the metrics cannot be written: %s", type(error).__name__)
