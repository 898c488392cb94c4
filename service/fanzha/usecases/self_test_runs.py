"""Runs worked cases in the background, one run at a time in each process."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import orjson

from fanzha.engine import Editions
from fanzha.errors import Location, SelfTestsBusy, StoreUnavailable, WrongSelfTest
from fanzha.model.text import Text
from fanzha.records.decision_record import is_storable
from fanzha.records.idempotency import Claim
from fanzha.records.self_tests import RunState, SelfTestRun, SelfTests
from fanzha.usecases.cases import Case, read_cases
from fanzha.usecases.paging import cursor_of, read_cursor, read_limit
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.self_test import CaseResult, report_of, run_case, select_cases
from fanzha.usecases.shown import shown_time

_log = logging.getLogger(__name__)

Json = dict[str, Any]

QUEUE_AT_MOST = 8
TARGET_AT_MOST = 200
BEAT = timedelta(seconds=1)
"""How often a process says that its runs are alive."""
SILENCE_AT_MOST = timedelta(seconds=60)
"""After how long without a word a run counts as abandoned; a case takes milliseconds."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: str
    target: str | None
    cases: Sequence[Case]


class SelfTestRuns:
    """The self-tests of one process, kept where every process can tell how far they are."""

    def __init__(
        self,
        rulebook: Rulebook,
        store: SelfTests,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
        editions: int,
        waiting_at_most: int = QUEUE_AT_MOST,
    ) -> None:
        self._rulebook = rulebook
        self._store = store
        self._new_id = new_id
        self._clock = clock
        self._editions = editions
        self._waiting_at_most = waiting_at_most
        self._queue: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def request(
        self, body: Mapping[str, Any], requested_by: str | None, claim: Claim | None = None
    ) -> Json:
        """Queue a run of `{target?}` and return what is known of it.

        Raises WrongSelfTest, SelfTestsBusy when too many wait, and `Taken` when another run has
        been queued under the claim.
        """
        target = _target(body)
        cases = select_cases(self._cases, target, self._rulebook)
        now = self._clock()
        run = SelfTestRun(
            id=self._new_id(),
            state=RunState.QUEUED,
            target=target,
            requested_by=requested_by,
            requested_at=now,
            started_at=None,
            finished_at=None,
            seen_at=now,
            cases=len(cases),
            done=0,
            failed=0,
        )
        with self._changed:
            if self._is_closed or len(self._queue) >= self._waiting_at_most:
                raise SelfTestsBusy(
                    Text(
                        zh=f"已有 {len(self._queue)} 次自检在等待",
                        en=f"{len(self._queue)} self-tests wait already",
                    ),
                    hint=Text(zh="请稍后再试", en="try again when they are done"),
                )
            self._store.add(run, claim)
            self._queue.append(_Waiting(run.id, target, cases))
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="fanzha-self-tests", daemon=True
                )
                self._thread.start()
            self._changed.notify()
        return shown_run(run)

    def requested(self, run_id: str) -> Json:
        """Return a run as it was answered when it was queued; raise NotFound."""
        run, _ = self._store.get(run_id)
        return shown_run(
            replace(run, state=RunState.QUEUED, started_at=None, finished_at=None, done=0, failed=0)
        )

    def get(self, run_id: str) -> Json:
        """Return a run with its report, if it has ended; raise NotFound."""
        self._abandon_silent()
        run, report = self._store.get(run_id)
        return {
            **shown_run(run),
            "report": orjson.loads(report) if report is not None else None,
        }

    def page(self, asked: Mapping[str, str], *, maximum_page: int) -> Json:
        """Return one page of runs, newest first, and the cursor of the page after."""
        self._abandon_silent()
        limit = read_limit(asked.get("limit"), maximum_page)
        before = read_cursor(asked.get("cursor"))
        # One more than is shown, which tells whether there is a page after.
        found = self._store.page(limit=limit + 1, before=before)
        shown = [shown_run(each) for each in found[:limit]]
        after = cursor_of(shown[-1]["id"]) if len(found) > limit else None
        return {"self_tests": shown, "next": after}

    def close(self) -> None:
        """Stop after the case under way; what is not done is abandoned."""
        with self._changed:
            self._is_closed = True
            left = [each.id for each in self._queue]
            self._queue.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        if left:
            try:
                self._store.give_up(left, self._clock(), RunState.ABANDONED)
            except StoreUnavailable:
                _log.warning("%d self-tests could not be marked as abandoned", len(left))

    @cached_property
    def _cases(self) -> list[Case]:
        return read_cases(self._rulebook.folders)

    def _abandon_silent(self) -> None:
        now = self._clock()
        self._store.abandon_silent(now - SILENCE_AT_MOST, now)

    def _run(self) -> None:
        while (waiting := self._next()) is not None:
            try:
                self._run_one(waiting)
            # The edge of the thread: were it to end, every later run would wait in vain.
            except Exception as error:  # noqa: BLE001
                _log.error("self-test %s broke", waiting.id, exc_info=error)
                self._give_up(waiting.id, RunState.FAILED)

    def _next(self) -> _Waiting | None:
        with self._changed:
            while not self._queue and not self._is_closed:
                self._changed.wait()
            return None if self._is_closed else self._queue.popleft()

    def _run_one(self, waiting: _Waiting) -> None:
        self._store.start(waiting.id, self._clock())
        # Editions of its own: the days of the cases must not drive out those that checks use.
        apart = replace(self._rulebook, editions=Editions(self._rulebook.law, self._editions))
        results: list[CaseResult] = []
        failed, told = 0, self._clock()
        try:
            for case in waiting.cases:
                if self._is_closed:
                    self._give_up(waiting.id, RunState.ABANDONED)
                    return
                results.append(run_case(case, apart))
                failed += not results[-1].passed
                now = self._clock()
                if now - told >= BEAT:
                    told = now
                    self._beat(waiting.id, now, len(results), failed)
        finally:
            apart.editions.close()
        report = report_of(results, self._rulebook, waiting.target)
        self._store.finish(
            waiting.id,
            self._clock(),
            done=len(results),
            failed=failed,
            report=orjson.dumps(report),
        )

    def _beat(self, run_id: str, now: datetime, done: int, failed: int) -> None:
        with self._changed:
            queued = [each.id for each in self._queue]
        try:
            self._store.progress(run_id, now, done=done, failed=failed)
            self._store.seen(queued, now)
        except StoreUnavailable:
            # Told by the database already; the run goes on, and the next beat may get through.
            return

    def _give_up(self, run_id: str, state: RunState) -> None:
        try:
            self._store.give_up([run_id], self._clock(), state)
        except StoreUnavailable:
            _log.warning("self-test %s could not be marked as %s", run_id, state)


def shown_run(run: SelfTestRun) -> Json:
    """Return what is known of a run as plain JSON values."""
    return {
        "id": run.id,
        "state": run.state.value,
        "target": run.target,
        "requested_at": shown_time(run.requested_at),
        "started_at": shown_time(run.started_at) if run.started_at else None,
        "finished_at": shown_time(run.finished_at) if run.finished_at else None,
        "progress": {"cases": run.cases, "done": run.done, "failed": run.failed},
    }


def _target(body: Mapping[str, Any]) -> str | None:
    for name in body:
        if name != "target":
            raise WrongSelfTest(
                Text(zh=f"未知字段 `{name[:60]}`", en=f"unknown field `{name[:60]}`"),
                hint=Text(zh="只有 `target`", en="there is only `target`"),
                where=Location(path=name[:60]),
            )
    target = body.get("target")
    if target is None:
        return None
    if not isinstance(target, str) or len(target) > TARGET_AT_MOST or not is_storable(target):
        raise WrongSelfTest(
            Text(zh="`target` 应为一个名称", en="`target` must be a name"),
            hint=Text(
                zh="领域、规范性文件或插件的名称；全部则省略",
                en="name a domain, an instrument or a plugin; leave it out for all",
            ),
            where=Location(path="target"),
        )
    return target
