"""A client that posts without end and keeps account of what it was told."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

CLIENTS = 6
PATIENCE_SECONDS = 60.0


@dataclass
class Tally:
    """What became of the checks that were posted."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    """Id of a decision that was answered with 200, and the reference of its check."""
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    """Connections that ended before an answer came."""
    refused: int = 0
    """Connections that nobody took."""
    repeated: int = 0
    """Checks that were sent again."""

    @property
    def posted(self) -> int:
        return self.statuses.total() + self.broken + self.refused


class Load:
    """Several clients at once, from `start` to `stop`; each check has a reference of its own.

    Without `retrying` nothing is sent twice: what is stored twice was stored so by the service.
    With it, a check is sent under its `Idempotency-Key` until it is answered with 200. `kept`
    says whether connections are.
    """

    def __init__(
        self,
        port: int,
        key: str,
        check: dict[str, Any],
        *,
        kept: bool = True,
        retrying: bool = False,
    ) -> None:
        self._port = port
        self._check = check
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        if not kept:
            self._headers["Connection"] = "close"
        self._kept = kept
        self._retrying = retrying
        self._own = threading.local()
        self._tally = Tally()
        self._counting = threading.Lock()
        self._numbers = itertools.count()
        self._stopped = threading.Event()
        self._clients = [
            threading.Thread(target=self._post_all, daemon=True) for _ in range(CLIENTS)
        ]

    def start(self) -> Load:
        for each in self._clients:
            each.start()
        return self

    def stop(self) -> Tally:
        self._stopped.set()
        for each in self._clients:
            each.join()
        return self._tally

    def answers(self, status: int) -> int:
        """How many answers of this status came so far."""
        with self._counting:
            return self._tally.statuses[status]

    def _post_all(self) -> None:
        while not self._stopped.is_set():
            with closing(
                http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
            ) as connection:
                try:
                    connection.connect()
                except OSError:
                    with self._counting:
                        self._tally.refused += 1
                    self._stopped.wait(0.05)
                    continue
                self._post_over(connection)

    def _post_over(self, connection: http.client.HTTPConnection) -> None:
        while not self._stopped.is_set():
            reference = self._next_reference()
            body = json.dumps({**self._check, "reference": reference})
            headers = dict(self._headers)
            if self._retrying:
                headers["Idempotency-Key"] = reference
            try:
                connection.request("POST", "/v1/checks", body, headers)
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                with self._counting:
                    self._tally.broken += 1
                return
            with self._counting:
                self._tally.statuses[answer.status] += 1
                if answer.status == 200:
                    self._own.reference = None
                    self._tally.acknowledged[json.loads(content)["id"]] = reference
            if not self._kept or answer.will_close:
                return

    def _next_reference(self) -> str:
        """Return the reference of this client's next check, which can be its last once more."""
        unanswered: str | None = getattr(self._own, "reference", None)
        if self._retrying and unanswered is not None:
            with self._counting:
                self._tally.repeated += 1
            return unanswered
        self._own.reference = f"load-{next(self._numbers)}"
        return str(self._own.reference)
