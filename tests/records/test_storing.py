from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from fanzha.errors import StoreUnavailable
from fanzha.records import DecisionRecord, Filing, Records, open_records
from fanzha.records.database import Database
from fanzha.records.tables import decision_obligations, due_decisions
from fanzha.records.writer import GroupingWriter
from fanzha.settings import Settings

NewRecord = Callable[..., DecisionRecord]
StoredIds = Callable[[], list[str]]
Eventually = Callable[[Callable[[], bool]], None]
Hold = Callable[[], AbstractContextManager[None]]

STORING_PROCESS = str(Path(__file__).with_name("storing_process.py"))


def test_another_connection_sees_a_decision_when_store_returns(
    records: Records, new_record: NewRecord, stored_ids: StoredIds
) -> None:
    record = new_record()
    records.decisions.store(record)
    assert stored_ids() == [record.id]


def test_decisions_of_a_process_that_dies_after_store_are_kept(
    database_url: str, stored_ids: StoredIds
) -> None:
    command = [sys.executable, STORING_PROCESS, database_url, "3"]
    *told, _ = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert len(told) == 3
    assert sorted(stored_ids()) == sorted(told)


def test_concurrent_stores_from_32_threads_all_land_once(
    records: Records, new_record: NewRecord, stored_ids: StoredIds
) -> None:
    made = [new_record() for _ in range(320)]
    with ThreadPoolExecutor(32) as threads:
        list(threads.map(records.decisions.store, made))
    assert sorted(stored_ids()) == sorted(record.id for record in made)


def test_decisions_that_wait_share_one_commit(
    patient: GroupingWriter, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    with ThreadPoolExecutor(32) as threads:
        with patient.coming():
            stores = [threads.submit(patient.store, new_record()) for _ in range(32)]
            eventually(lambda: patient.waiting == 31)
            assert stored_ids() == []
        for store in stores:
            store.result()
    assert len(stored_ids()) == 32
    assert patient.commits == 1


def test_what_comes_while_another_process_writes_is_in_the_next_group(
    database: Database,
    writer: GroupingWriter,
    new_record: NewRecord,
    writers_kept_waiting: Hold,
    eventually: Eventually,
) -> None:
    if database.file is None:
        pytest.skip("nobody waits for a turn: a server lets several write at once")
    with ThreadPoolExecutor(8) as threads:
        with writers_kept_waiting():
            stores = [threads.submit(writer.store, new_record()) for _ in range(8)]
            eventually(lambda: writer.waiting == 7)
        for store in stores:
            store.result()
    assert writer.commits == 1


def test_those_on_their_way_are_waited_for_and_share_the_commit(
    database: Database, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    writer = GroupingWriter(database, gather_at_most_seconds=10)
    first, second = new_record(), new_record()
    with ThreadPoolExecutor(1) as threads, writer.coming() as coming:
        store = threads.submit(writer.store, first)
        eventually(lambda: writer.is_writing)
        assert stored_ids() == []
        coming.store(second)
        store.result()
    assert sorted(stored_ids()) == sorted([first.id, second.id])
    assert writer.commits == 1
    writer.close()


def test_nobody_waits_for_those_that_turn_back_or_take_long(
    database: Database, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    writer = GroupingWriter(database, gather_at_most_seconds=10)
    record = new_record()
    with ThreadPoolExecutor(1) as threads:
        with writer.coming():
            store = threads.submit(writer.store, record)
            eventually(lambda: writer.is_writing)
        store.result(5)
    assert stored_ids() == [record.id]
    writer.close()
    impatient = GroupingWriter(database, gather_at_most_seconds=0.001)
    with impatient.coming():
        impatient.store(new_record())
    assert len(stored_ids()) == 2
    impatient.close()


def test_a_group_has_a_bound(
    database: Database, new_record: NewRecord, eventually: Eventually
) -> None:
    writer = GroupingWriter(database, group_at_most=4, gather_at_most_seconds=10)
    with ThreadPoolExecutor(9) as threads:
        with writer.coming():
            stores = [threads.submit(writer.store, new_record()) for _ in range(9)]
            eventually(lambda: writer.waiting == 8)
        for store in stores:
            store.result()
    writer.close()
    assert writer.commits == 3


def test_a_duplicate_id_fails_alone(
    patient: GroupingWriter, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    first = new_record()
    patient.store(first)
    good = [new_record() for _ in range(5)]
    again = new_record(id=first.id, outcome="non_compliant")
    with ThreadPoolExecutor(8) as threads:
        with patient.coming():
            repeated = threads.submit(patient.store, again)
            stores = [threads.submit(patient.store, record) for record in good]
            eventually(lambda: patient.waiting == 5)
        for store in stores:
            store.result()
        with pytest.raises(StoreUnavailable, match="refused this decision"):
            repeated.result()
    assert sorted(stored_ids()) == sorted(record.id for record in [first, *good])
    # The first, and each of the others by itself.
    assert patient.commits == 6


def test_one_id_twice_in_a_group_is_kept_once(
    patient: GroupingWriter, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    twice = new_record()
    with ThreadPoolExecutor(2) as threads:
        with patient.coming():
            stores = [threads.submit(patient.store, twice) for _ in range(2)]
            eventually(lambda: patient.waiting == 1)
        failures = [store.exception() for store in stores]
    assert stored_ids() == [twice.id]
    assert [type(failure) for failure in failures if failure] == [StoreUnavailable]


def test_a_full_queue_refuses_and_keeps_what_waits(
    database: Database, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    writer = GroupingWriter(database, queue_at_most=2, gather_at_most_seconds=10)
    kept = [new_record() for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        with writer.coming():
            stores = [threads.submit(writer.store, record) for record in kept]
            eventually(lambda: writer.waiting == 2)
            with pytest.raises(StoreUnavailable, match="too many decisions"):
                writer.store(new_record())
        for store in stores:
            store.result()
    writer.close()
    assert sorted(stored_ids()) == sorted(record.id for record in kept)


def test_a_store_that_waits_too_long_gives_up_and_writes_nothing_later(
    database: Database, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    writer = GroupingWriter(database, wait_at_most_seconds=0.5, gather_at_most_seconds=10)
    first = new_record()
    with ThreadPoolExecutor(1) as threads, writer.coming():
        taken = threads.submit(writer.store, first)
        eventually(lambda: writer.is_writing)
        with pytest.raises(StoreUnavailable, match="took too long"):
            writer.store(new_record())
        assert not taken.done()
    taken.result()
    writer.close()
    assert stored_ids() == [first.id]


def test_a_commit_that_the_server_never_answers_is_cut_off(
    database: Database, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    if database.file is not None:
        pytest.skip("there is no server that could be silent")
    writer = GroupingWriter(database, wait_at_most_seconds=0.5, hangs_after_seconds=0.5)
    writer.store(new_record())
    with database.reading() as connection:
        server = connection.execute(text(_PROCESS_OF_LAST_COMMIT)).scalar_one()
    os.kill(server, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(1) as threads:
            unanswered = threads.submit(writer.store, new_record())
            eventually(lambda: writer.is_writing)
            with pytest.raises(StoreUnavailable, match="took too long"):
                writer.store(new_record())
            with pytest.raises(StoreUnavailable, match="did not answer"):
                unanswered.result(5)
        # The next one goes by a connection of its own.
        last = new_record()
        writer.store(last)
        assert last.id in stored_ids()
    finally:
        os.kill(server, signal.SIGCONT)
        writer.close()


_PROCESS_OF_LAST_COMMIT = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query = 'COMMIT'
"""


def test_threads_that_give_up_at_any_moment_leave_nobody_waiting(
    database: Database, new_record: NewRecord, stored_ids: StoredIds
) -> None:
    # As long as a commit: many give up just as they are called to lead.
    writer = GroupingWriter(database, wait_at_most_seconds=0.002)

    def store(record: DecisionRecord) -> str | None:
        try:
            writer.store(record)
        except StoreUnavailable:
            return None
        return record.id

    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(store, [new_record() for _ in range(400)]))
    assert not writer.is_writing
    assert writer.waiting == 0
    last = new_record()
    writer.store(last)
    kept = stored_ids()
    assert len(kept) == len(set(kept))
    assert {each for each in told if each} | {last.id} <= set(kept)
    writer.close()


def test_a_mistake_of_ours_in_one_group_does_not_stop_the_next(
    writer: GroupingWriter, new_record: NewRecord, stored_ids: StoredIds
) -> None:
    without_offset = Filing(due_at=datetime.fromisoformat("2026-03-02"))
    with pytest.raises(StoreUnavailable, match="the write failed"):
        writer.store(new_record(), without_offset)
    record = new_record()
    writer.store(record)
    assert stored_ids() == [record.id]


def test_an_error_before_a_group_is_taken_does_not_keep_the_lead(
    writer: GroupingWriter,
    new_record: NewRecord,
    stored_ids: StoredIds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def out_of_memory() -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(writer, "_gather", out_of_memory)
        with pytest.raises(StoreUnavailable, match="the write failed"):
            writer.store(new_record())
    record = new_record()
    writer.store(record)
    assert stored_ids() == [record.id]
    assert not writer.is_writing


def test_close_writes_what_waits(
    database: Database, new_record: NewRecord, stored_ids: StoredIds, eventually: Eventually
) -> None:
    writer = GroupingWriter(database, gather_at_most_seconds=10)
    with ThreadPoolExecutor(11) as threads:
        with writer.coming():
            stores = [threads.submit(writer.store, new_record()) for _ in range(10)]
            eventually(lambda: writer.waiting == 9)
            closing = threads.submit(writer.close)
        closing.result()
        assert len(stored_ids()) == 10
        for store in stores:
            store.result()


def test_each_table_is_written_in_its_own_columns(
    records: Records, new_record: NewRecord, database: Database
) -> None:
    due = datetime.fromisoformat("2026-03-05T23:00:00+08:00")
    record = new_record(reference="编号 7")
    filing = Filing(open_obligations={"atofl.18.2": "violated"}, due_at=due)
    records.decisions.store(record, filing)
    assert records.decisions.get_record(record.id) == record
    with database.reading() as connection:
        found = connection.execute(select(decision_obligations)).one()
        waits = connection.execute(select(due_decisions)).one()
    assert tuple(found) == (record.id, "atofl.18.2", "violated")
    assert tuple(waits) == (record.id, record.institution, due, due, None)


def test_store_after_close_is_refused(
    records: Records, new_record: NewRecord, stored_ids: StoredIds
) -> None:
    records.decisions.store(new_record())
    records.close()
    with pytest.raises(StoreUnavailable, match="stopping"):
        records.decisions.store(new_record())
    assert len(stored_ids()) == 1


def test_threads_run_from_the_first_store_until_close(
    settings: Settings, new_record: NewRecord
) -> None:
    before = set(threading.enumerate())
    records = open_records(settings)
    assert set(threading.enumerate()) == before
    records.decisions.store(new_record())
    started = set(threading.enumerate()) - before
    assert {each.name for each in started} == {"fanzha-heads"}
    records.close()
    assert not any(each.is_alive() for each in started)
    records.close()


def test_the_log_of_a_refused_decision_shows_none_of_it(
    writer: GroupingWriter, new_record: NewRecord, caplog: pytest.LogCaptureFixture
) -> None:
    record = new_record(check_json=b'{"phone": "13800138000"}')
    writer.store(record)
    with pytest.raises(StoreUnavailable):
        writer.store(record)
    assert "could not be kept" in caplog.text
    assert "13800138000" not in caplog.text
    assert record.institution not in caplog.text
