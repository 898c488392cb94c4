"""Whatever happens under load: what a client was told is kept, once and whole, and it goes on."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from tests.faults.conftest import SOAK_SECONDS
from tests.faults.load import Load, Tally
from tests.faults.service import WORKERS, Service, read_store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300 + 3 * SOAK_SECONDS)]

Tell = Callable[[str], None]
LoadOn = Callable[..., Load]


def _assert_kept(service: Service, tally: Tally, tell: Tell, faults: int) -> None:
    """All that was acknowledged is there, nothing twice, nothing by halves."""
    store = read_store(service.database_url)
    lost = tally.acknowledged.keys() - store.references.keys()
    duplicated = len(store.references) - len(set(store.references.values()))
    halves = store.references.keys() - store.with_findings
    tell(
        f"posted {tally.posted}, acknowledged {len(tally.acknowledged)}, faults {faults}, "
        f"refused with 503 {tally.statuses[503]}, cut off {tally.broken}, "
        f"nobody there {tally.refused}, sent again {tally.repeated}, kept {len(store.references)}, "
        f"lost {len(lost)}, duplicated {duplicated}, halves {len(halves)}"
    )
    assert len(tally.acknowledged) > 20, "too little load to say anything"
    assert lost == set()
    assert duplicated == 0
    assert halves == set()
    assert all(store.references[id_] == told for id_, told in tally.acknowledged.items())
    assert set(tally.statuses) <= {200, 503}


def _kill_workers(service: Service, load: Load, seconds: float) -> int:
    """Kill one worker after another while answers come; return how many."""
    kills = 0
    chosen = random.Random(4711)
    end = time.monotonic() + seconds
    while time.monotonic() < end or not kills:
        told = load.answers(200)
        service.wait_for(lambda t=told: load.answers(200) > t + 5, "no more answers")  # type: ignore[misc]
        try:
            os.kill(chosen.choice(service.workers()), signal.SIGKILL)
        except ProcessLookupError:
            continue
        kills += 1
    service.wait_until_ready()
    told = load.answers(200)
    service.wait_for(lambda: load.answers(200) > told + 5, "it does not go on")
    return kills


def test_workers_that_are_killed_again_and_again_lose_nothing(
    service: Service, seconds: float, load_on: LoadOn, tell: Tell
) -> None:
    load = load_on(service)
    kills = _kill_workers(service, load, seconds)
    _assert_kept(service, load.stop(), tell, kills)


def test_what_is_sent_again_under_its_key_is_kept_once(
    service: Service, seconds: float, load_on: LoadOn, tell: Tell
) -> None:
    load = load_on(service, retrying=True)
    kills = _kill_workers(service, load, seconds)
    tally = load.stop()
    _assert_kept(service, tally, tell, kills)
    assert tally.repeated > 0
    assert len(set(tally.acknowledged.values())) == len(tally.acknowledged)


def test_a_database_that_stops_is_told_and_waited_for(
    postgresql: Service, postgresql_server: Any, seconds: float, load_on: LoadOn, tell: Tell
) -> None:
    load, stops = load_on(postgresql), 0
    workers = postgresql.workers()
    end = time.monotonic() + seconds
    while time.monotonic() < end or not stops:
        told, refused = load.answers(200), load.answers(503)
        postgresql.wait_for(lambda t=told: load.answers(200) > t + 10, "no answers")  # type: ignore[misc]
        postgresql_server._stop()
        stops += 1
        postgresql.wait_for(lambda r=refused: load.answers(503) > r + 5, "nobody was told")  # type: ignore[misc]
        assert postgresql.status("/readyz") == 503
        assert postgresql.status("/healthz") == 200
        postgresql_server.ensure_postgres_running()
        postgresql.wait_until_ready()
    told = load.answers(200)
    postgresql.wait_for(lambda: load.answers(200) > told + 10, "it does not go on")
    _assert_kept(postgresql, load.stop(), tell, stops)
    assert postgresql.workers() == workers


def test_a_file_that_someone_locks_is_told_and_waited_for(
    sqlite: Service, load_on: LoadOn, tell: Tell
) -> None:
    load = load_on(sqlite)
    workers = sqlite.workers()
    with closing(sqlite3.connect(_file(sqlite), isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN IMMEDIATE")
        sqlite.wait_for(lambda: load.answers(503) > 5, "nobody was told")
        other.execute("ROLLBACK")
    told = load.answers(200)
    sqlite.wait_for(lambda: load.answers(200) > told + 20, "it does not go on")
    _assert_kept(sqlite, load.stop(), tell, 1)
    assert sqlite.workers() == workers


def test_a_disk_that_is_full_is_told_and_waited_for(
    sqlite: Service, load_on: LoadOn, tell: Tell
) -> None:
    load = load_on(sqlite)
    workers = sqlite.workers()
    # No file of theirs may grow any more, which is how a full disk looks from within.
    for worker in workers:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    sqlite.wait_for(lambda: load.answers(503) > 5, "nobody was told")
    assert sqlite.status("/healthz") == 200
    for worker in workers:
        resource.prlimit(
            worker, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
    told = load.answers(200)
    sqlite.wait_for(lambda: load.answers(200) > told + 20, "it does not go on")
    _assert_kept(sqlite, load.stop(), tell, 1)
    assert sqlite.workers() == workers
    with closing(sqlite3.connect(_file(sqlite))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_workers_are_replaced_under_load_without_a_request_lost(
    sqlite: Service, seconds: float, load_on: LoadOn, tell: Tell
) -> None:
    # A connection for each check: a kept one may be closed while the next check is on its way,
    # and then nobody can tell whether it was read.
    load, replacements = load_on(sqlite, kept=False), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end or not replacements:
        before, told = sqlite.workers(), load.answers(200)
        sqlite.wait_for(lambda t=told: load.answers(200) > t + 10, "no answers")  # type: ignore[misc]
        sqlite.signal(signal.SIGHUP)
        replacements += 1
        sqlite.wait_for(
            lambda b=before: len(sqlite.workers()) == WORKERS and not {*b} & {*sqlite.workers()},  # type: ignore[misc]
            "the workers are not replaced",
        )
    tally = load.stop()
    _assert_kept(sqlite, tally, tell, replacements)
    assert tally.broken == tally.refused == tally.statuses[503] == 0
    assert len(read_store(sqlite.database_url).references) == len(tally.acknowledged)


def test_a_server_that_is_told_to_stop_under_load_answers_what_it_keeps(
    service: Service, load_on: LoadOn, tell: Tell
) -> None:
    load = load_on(service, kept=False)
    service.signal(signal.SIGTERM)
    assert service.process.wait(60) == 0
    tally = load.stop()
    _assert_kept(service, tally, tell, 1)
    # What it kept, it answered: nobody is left without knowing.
    assert read_store(service.database_url).references.keys() == tally.acknowledged.keys()


def _file(service: Service) -> Path:
    return Path(str(make_url(service.database_url).database))
