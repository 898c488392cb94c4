"""Processes that write under the same keys at once hold each other up no longer than they must."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from fanzha.errors import FanzhaError, StoreUnavailable
from fanzha.records import DecisionRecord, Filing, Records
from fanzha.records.database import Database
from fanzha.records.idempotency import INSERT_CLAIMS, Claim, Taken, row_of
from fanzha.records.writer import GroupingWriter

NewRecord = Callable[..., DecisionRecord]
StoredIds = Callable[[], list[str]]
Eventually = Callable[[Callable[[], bool]], None]

KEYS = 12


def test_the_same_keys_in_another_order_do_not_lock_each_other(
    database: Database,
    records: Records,
    new_record: NewRecord,
    stored_ids: StoredIds,
    eventually: Eventually,
) -> None:
    both_ready = threading.Barrier(2)

    def post(claims: list[Claim]) -> list[type | None]:
        """Post them in one group, in this order."""
        writer = GroupingWriter(database, gather_at_most_seconds=10)
        with ThreadPoolExecutor(KEYS) as threads:
            with writer.coming():
                stores = []
                for number, claim in enumerate(claims):
                    stores.append(threads.submit(writer.store, new_record(), Filing(claim=claim)))
                    eventually(lambda number=number: writer.waiting == number)
                both_ready.wait()
            failures = [store.exception() for store in stores]
        writer.close()
        return [type(failure) if failure else None for failure in failures]

    for round_ in range(5):
        claims = [records.idempotency.claim("bank", f"{round_}-{i}", {}) for i in range(KEYS)]
        with ThreadPoolExecutor(2) as processes:
            first, second = processes.map(post, [claims, claims[::-1]])
        assert sorted(map(str, first + second)) == sorted(map(str, [None, Taken] * KEYS))
    assert len(stored_ids()) == 5 * KEYS


def test_a_key_that_another_process_holds_keeps_nobody_else_from_storing(
    database_url: str,
    database: Database,
    records: Records,
    new_record: NewRecord,
    stored_ids: StoredIds,
    eventually: Eventually,
) -> None:
    hurried = Database(database_url, patience_seconds=0.5)
    if hurried.file is not None:
        pytest.skip("whoever writes holds up all others, until its patience ends")
    writer = GroupingWriter(hurried, gather_at_most_seconds=10)
    claim = records.idempotency.claim("bank", "k-1", {})
    keyed, others = new_record(), [new_record() for _ in range(4)]

    def store(record: DecisionRecord, filing: Filing) -> FanzhaError | None:
        try:
            writer.store(record, filing)
        except FanzhaError as failure:
            return failure
        return None

    before = writer.chain.writer
    with ThreadPoolExecutor(5) as threads, database.engine.connect() as frozen:
        frozen.execute(INSERT_CLAIMS, [row_of(claim, "made", datetime.now(UTC))])
        with writer.coming():
            held_up = threads.submit(store, keyed, Filing(claim=claim))
            stores = [threads.submit(store, record, Filing()) for record in others]
            eventually(lambda: writer.waiting == len(others))
        assert [each.result() for each in stores] == [None] * len(others)
        failure = held_up.result()
    assert isinstance(failure, StoreUnavailable)
    assert "another transaction holds" in failure.message.en
    assert sorted(stored_ids()) == sorted(record.id for record in others)
    assert writer.chain.writer == before
    # Whatever held it is gone.
    writer.store(keyed, Filing(claim=claim))
    assert keyed.id in stored_ids()
    writer.close()
    hurried.dispose()
