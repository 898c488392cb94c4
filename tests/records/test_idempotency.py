"""A key of a request is committed with what was made under it, once, whoever comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fanzha.errors import (
    DecisionPurged,
    IdempotencyKeyMalformed,
    IdempotencyKeyReused,
    StoreUnavailable,
)
from fanzha.records import DecisionRecord, Filing, Records, open_records
from fanzha.records.decision_id import new_decision_id
from fanzha.records.idempotency import Taken
from fanzha.records.personal import rotate_secret
from fanzha.records.self_tests import RunState, SelfTestRun
from fanzha.settings import Settings

NewRecord = Callable[..., DecisionRecord]
CHECK = {"facts": {"amount_fen": 6000000}}


def test_a_key_leads_to_the_decision_and_its_bytes(records: Records, new_record: NewRecord) -> None:
    record = new_record()
    claim = records.idempotency.claim("bank", "k-1", CHECK)
    assert records.idempotency.made(claim) is None
    records.decisions.store(record, Filing(claim=claim))
    assert records.idempotency.made(claim) == record.id
    assert records.idempotency.answer(record.id) == record.answer_json


def test_the_same_json_in_another_order_is_the_same_request(
    records: Records, new_record: NewRecord
) -> None:
    claim = records.idempotency.claim("bank", "k-1", {"a": 1, "b": {"c": 2, "d": 3}})
    records.decisions.store(new_record(), Filing(claim=claim))
    again = records.idempotency.claim("bank", "k-1", {"b": {"d": 3, "c": 2}, "a": 1})
    assert records.idempotency.made(again) is not None


@pytest.mark.parametrize("other", [{"a": 2}, {"a": True}, {"a": "1"}, {"a": 1.0}, {}])
def test_another_request_under_the_same_key_is_refused(
    records: Records, new_record: NewRecord, other: dict[str, object]
) -> None:
    claim = records.idempotency.claim("bank", "k-1", {"a": 1})
    records.decisions.store(new_record(), Filing(claim=claim))
    with pytest.raises(IdempotencyKeyReused):
        records.idempotency.made(records.idempotency.claim("bank", "k-1", other))


def test_a_key_belongs_to_its_caller(records: Records, new_record: NewRecord) -> None:
    claim = records.idempotency.claim("bank", "k-1", CHECK)
    records.decisions.store(new_record(), Filing(claim=claim))
    assert records.idempotency.made(records.idempotency.claim("other", "k-1", CHECK)) is None


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "密钥", "\x7f", "a\n"])
def test_a_key_of_the_wrong_form_is_refused(records: Records, key: str) -> None:
    with pytest.raises(IdempotencyKeyMalformed):
        records.idempotency.claim("bank", key, CHECK)


def test_the_longest_key_is_taken(records: Records) -> None:
    assert records.idempotency.claim("bank", "~" * 200, CHECK)


def test_of_many_at_once_in_two_processes_one_is_stored(
    settings: Settings, records: Records, new_record: NewRecord, stored_ids: Callable[[], list[str]]
) -> None:
    other = open_records(settings)
    both, count = (records, other), 12
    begin = threading.Barrier(count)
    answers: list[str | None] = []

    def post(number: int) -> None:
        mine, record = both[number % 2], new_record()
        claim = mine.idempotency.claim("bank", "k-1", CHECK)
        begin.wait()
        try:
            mine.decisions.store(record, Filing(claim=claim))
            answers.append(record.id)
        except Taken:
            answers.append(mine.idempotency.made(claim))

    threads = [threading.Thread(target=post, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(answers) == count
    assert len(set(answers)) == 1
    assert stored_ids() == [answers[0]]


def test_a_key_that_is_taken_harms_no_other_decision_of_its_group(
    records: Records,
    new_record: NewRecord,
    writers_kept_waiting: Callable[[], object],
    stored_ids: Callable[[], list[str]],
) -> None:
    claim = records.idempotency.claim("bank", "k-1", CHECK)
    first, second, beside = new_record(), new_record(), new_record()
    records.decisions.store(first, Filing(claim=claim))
    failures: list[Exception] = []

    def store(record: DecisionRecord, filing: Filing) -> None:
        try:
            records.decisions.store(record, filing)
        except Taken as error:
            failures.append(error)

    threads = [
        threading.Thread(target=store, args=each)
        for each in ((second, Filing(claim=claim)), (beside, Filing()))
    ]
    with writers_kept_waiting():  # type: ignore[attr-defined]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored_ids()) == sorted([first.id, beside.id])
    assert len(failures) == 1


def test_a_self_test_is_queued_once_under_a_key(records: Records) -> None:
    now = datetime.now(UTC)
    run = SelfTestRun(
        id=new_decision_id(lambda: now, lambda size: b"\0" * size),
        state=RunState.QUEUED,
        target=None,
        requested_by=None,
        requested_at=now,
        started_at=None,
        finished_at=None,
        seen_at=now,
        cases=1,
        done=0,
        failed=0,
    )
    claim = records.idempotency.claim("desk", "k-1", {})
    records.self_tests.add(run, claim)
    again = replace(run, id=new_decision_id(lambda: now, lambda size: b"\1" * size))
    with pytest.raises(Taken):
        records.self_tests.add(again, claim)
    assert [each.id for each in records.self_tests.page(limit=10, before=None)] == [run.id]
    assert records.idempotency.made(claim) == run.id


def test_a_retry_after_the_secret_was_changed_is_still_the_same_request(
    settings: Settings, records: Records, new_record: NewRecord
) -> None:
    record = new_record()
    claim = records.idempotency.claim("bank", "k-1", CHECK)
    records.decisions.store(record, Filing(claim=claim))
    rotate_secret(settings.secret_key_file)
    later = open_records(settings)
    again = later.idempotency.claim("bank", "k-1", CHECK)
    assert again.request_digest != claim.request_digest
    assert later.idempotency.made(again) == record.id
    with pytest.raises(IdempotencyKeyReused):
        later.idempotency.made(later.idempotency.claim("bank", "k-1", {}))
    later.close()


@pytest.fixture
def restarted(settings: Settings, records: Records) -> Iterator[Records]:
    """Those of a process that began after the secret was changed; `records` has the old one."""
    rotate_secret(settings.secret_key_file)
    opened = open_records(settings)
    assert opened.digests.key_id != records.digests.key_id
    yield opened
    opened.close()


def test_a_retry_at_a_process_with_an_older_secret_is_still_the_same_request(
    records: Records, restarted: Records, new_record: NewRecord
) -> None:
    record, before = new_record(), records.digests.key_id
    claim = restarted.idempotency.claim("bank", "k-1", CHECK)
    restarted.decisions.store(record, Filing(claim=claim))
    again = records.idempotency.claim("bank", "k-1", CHECK)
    assert records.idempotency.made(again) == record.id
    with pytest.raises(IdempotencyKeyReused):
        records.idempotency.made(records.idempotency.claim("bank", "k-1", {}))
    assert records.digests.key_id == before
    assert records.idempotency.claim("bank", "k-1", CHECK).request_digest == again.request_digest


def test_a_retry_that_no_secret_can_compare_is_not_told_to_take_a_new_key(
    settings: Settings, records: Records, restarted: Records, new_record: NewRecord
) -> None:
    claim = restarted.idempotency.claim("bank", "k-1", CHECK)
    restarted.decisions.store(new_record(), Filing(claim=claim))
    path = settings.secret_key_file
    # As a backup from before is put back.
    path.with_name(f"{path.name}.{records.digests.key_id}").replace(path)
    with pytest.raises(StoreUnavailable, match="secret of an earlier digest is missing"):
        records.idempotency.made(records.idempotency.claim("bank", "k-1", CHECK))
    path.unlink()
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        records.idempotency.made(records.idempotency.claim("bank", "k-1", CHECK))


def test_a_retry_of_what_was_purged_is_told_so(records: Records, new_record: NewRecord) -> None:
    record = new_record()
    claim = records.idempotency.claim("bank", "k-1", CHECK)
    records.decisions.store(record, Filing(claim=claim))
    now = datetime.now(UTC) + timedelta(days=1)
    id_of_purge = new_record().id
    [purged] = records.purges.purge(
        record.institution, now, by="test", new_id=lambda: id_of_purge, clock=lambda: now
    )
    assert purged == 1
    made = records.idempotency.made(claim)
    assert made == record.id
    with pytest.raises(DecisionPurged):
        records.idempotency.answer(made)
