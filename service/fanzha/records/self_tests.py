"""Runs of worked cases: asked for in one process, and told by any."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, exc, insert, select, update

from fanzha.errors import NotFound
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.idempotency import INSERT_CLAIMS, Claim, row_of, taken
from fanzha.records.tables import self_tests


class RunState(StrEnum):
    """How far a run has come."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    """The run itself broke; cases that fail do not fail it."""
    ABANDONED = "abandoned"
    """Whoever ran it has gone."""


_OPEN = (RunState.QUEUED, RunState.RUNNING)
_SHOWN = [column for column in self_tests.columns if column.name != "report_json"]


@dataclass(frozen=True, slots=True)
class SelfTestRun:
    """One run; counts of cases, and of those that were judged and that failed so far."""

    id: str
    state: RunState
    target: str | None
    requested_by: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seen_at: datetime
    cases: int
    done: int
    failed: int


class SelfTests:
    """The runs. A state only ever moves on: what was abandoned or has ended stays so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: SelfTestRun, claim: Claim | None = None) -> None:
        """Keep a run that is queued; raise `Taken` when a run was kept under the claim already."""
        row = {column.name: getattr(run, column.name) for column in _SHOWN}
        with self._database.writing() as connection:
            if claim is not None:
                try:
                    with connection.begin_nested():
                        made = row_of(claim, run.id, run.requested_at)
                        connection.execute(INSERT_CLAIMS, [made])
                except exc.IntegrityError as error:
                    raise taken() from error
            connection.execute(insert(self_tests).values(row))

    def start(self, run_id: str, now: datetime) -> None:
        """Say that the run has begun."""
        self._change(
            [run_id], (RunState.QUEUED,), state=RunState.RUNNING, started_at=now, seen_at=now
        )

    def progress(self, run_id: str, now: datetime, *, done: int, failed: int) -> None:
        """Say how far the run has come."""
        self._change([run_id], _OPEN, seen_at=now, done=done, failed=failed)

    def seen(self, run_ids: Collection[str], now: datetime) -> None:
        """Say that whoever will run these is still there."""
        self._change(run_ids, _OPEN, seen_at=now)

    def finish(self, run_id: str, now: datetime, *, done: int, failed: int, report: bytes) -> None:
        """Keep the report of a run that has ended."""
        self._change(
            [run_id],
            _OPEN,
            state=RunState.FINISHED,
            finished_at=now,
            seen_at=now,
            done=done,
            failed=failed,
            report_json=report,
        )

    def give_up(self, run_ids: Collection[str], now: datetime, state: RunState) -> None:
        """Say that these runs will have no report."""
        self._change(run_ids, _OPEN, state=state, finished_at=now)

    def abandon_silent(self, since: datetime, now: datetime) -> None:
        """Mark the runs of whom nothing was heard since then."""
        silent = self_tests.c.state.in_(_OPEN) & (self_tests.c.seen_at < since)
        # Most of the time there are none, and then nobody needs to write.
        with self._database.reading() as connection:
            found = connection.execute(select(self_tests.c.id).where(silent)).scalars().all()
        if found:
            change = update(self_tests).where(silent)
            with self._database.writing() as connection:
                connection.execute(change.values(state=RunState.ABANDONED, finished_at=now))

    def get(self, run_id: str) -> tuple[SelfTestRun, bytes | None]:
        """Return a run with its report, if it has one by now; raise NotFound."""
        query = select(self_tests).where(self_tests.c.id == run_id)
        # An id that no run can have is not asked for: PostgreSQL would refuse some of them.
        row = None
        if run_id.isascii() and run_id.isprintable():
            with self._database.reading() as connection:
                row = connection.execute(query).one_or_none()
        if row is None:
            shown = run_id[:60]
            raise NotFound(
                Text(zh=f"没有自检 `{shown}`", en=f"there is no self-test `{shown}`"),
                hint=Text(zh="GET /v1/self-tests 列出全部", en="GET /v1/self-tests lists them"),
            )
        return _run_of(row), row.report_json

    def page(self, *, limit: int, before: str | None) -> tuple[SelfTestRun, ...]:
        """Return runs, newest first; `before` is the last id of the page before."""
        query = select(*_SHOWN).order_by(self_tests.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(self_tests.c.id < before)
        with self._database.reading() as connection:
            return tuple(_run_of(row) for row in connection.execute(query))

    def _change(self, run_ids: Collection[str], only: Sequence[RunState], **values: object) -> None:
        if not run_ids:
            return
        change = update(self_tests).where(
            self_tests.c.id.in_(run_ids), self_tests.c.state.in_(only)
        )
        with self._database.writing() as connection:
            connection.execute(change.values(**values))


def _run_of(row: Row[tuple[object, ...]]) -> SelfTestRun:
    values = {column.name: getattr(row, column.name) for column in _SHOWN}
    return SelfTestRun(**{**values, "state": RunState(row.state)})
