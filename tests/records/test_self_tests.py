"""Runs of worked cases are kept; their state only ever moves on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fanzha.errors import NotFound
from fanzha.records import Records
from fanzha.records.self_tests import RunState, SelfTestRun

BEGAN = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)
LATER = BEGAN + timedelta(seconds=5)
RUN = SelfTestRun(
    id="01900000-0000-7000-8000-000000000001",
    state=RunState.QUEUED,
    target="银行",
    requested_by="bank-001",
    requested_at=BEGAN,
    started_at=None,
    finished_at=None,
    seen_at=BEGAN,
    cases=3,
    done=0,
    failed=0,
)
SECOND = replace(RUN, id=RUN.id[:-1] + "2", target=None, requested_by=None)


def test_a_run_goes_from_queued_to_finished(records: Records) -> None:
    store = records.self_tests
    store.add(RUN)
    assert store.get(RUN.id) == (RUN, None)
    store.start(RUN.id, LATER)
    store.progress(RUN.id, LATER, done=2, failed=1)
    run, report = store.get(RUN.id)
    assert (run.state, run.started_at, run.done, run.failed) == (RunState.RUNNING, LATER, 2, 1)
    assert report is None
    store.finish(RUN.id, LATER, done=3, failed=1, report=b'{"passed": false}')
    run, report = store.get(RUN.id)
    assert (run.state, run.finished_at, run.done) == (RunState.FINISHED, LATER, 3)
    assert report == b'{"passed": false}'


def test_runs_of_whom_nothing_is_heard_are_abandoned_and_stay_so(records: Records) -> None:
    store = records.self_tests
    store.add(RUN)
    store.add(SECOND)
    store.seen([SECOND.id], LATER)
    store.abandon_silent(BEGAN + timedelta(seconds=1), LATER)
    assert store.get(RUN.id)[0].state is RunState.ABANDONED
    assert store.get(SECOND.id)[0].state is RunState.QUEUED
    store.start(RUN.id, LATER)
    store.finish(RUN.id, LATER, done=3, failed=0, report=b"{}")
    run, report = store.get(RUN.id)
    assert (run.state, report) == (RunState.ABANDONED, None)


def test_what_has_ended_is_never_abandoned(records: Records) -> None:
    store = records.self_tests
    store.add(RUN)
    store.finish(RUN.id, BEGAN, done=3, failed=0, report=b"{}")
    store.abandon_silent(LATER, LATER)
    store.give_up([RUN.id], LATER, RunState.FAILED)
    assert store.get(RUN.id)[0].state is RunState.FINISHED


def test_pages_start_with_the_newest(records: Records) -> None:
    store = records.self_tests
    store.add(RUN)
    store.add(SECOND)
    assert store.page(limit=2, before=None) == (SECOND, RUN)
    assert store.page(limit=1, before=None) == (SECOND,)
    assert store.page(limit=2, before=SECOND.id) == (RUN,)


@pytest.mark.parametrize("run_id", ["none", "", "\0", "\ud800", "银行"])
def test_a_run_that_is_not_there_is_not_found(records: Records, run_id: str) -> None:
    with pytest.raises(NotFound):
        records.self_tests.get(run_id)
