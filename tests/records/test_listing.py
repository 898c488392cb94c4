"""Decisions by list, the links between them and the list of what falls due, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import delete, exc, insert, update
from sqlalchemy.sql.dml import Delete, Update

from fanzha.errors import AlreadySuperseded
from fanzha.records import (
    DecisionRecord,
    Decisions,
    Filing,
    Filters,
    Link,
    Records,
    Relation,
    upgrade,
)
from fanzha.records.database import Database
from fanzha.records.due import DueDecisions
from fanzha.records.tables import decision_links, decision_obligations, decisions
from fanzha.records.writer import GroupingWriter

NewRecord = Callable[..., DecisionRecord]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(records: Records, new_record: NewRecord) -> Callable[..., str]:
    """Stores a record and returns its id; its answer is its id."""

    def keep(filing: Filing | None = None, **changes: Any) -> str:
        record = new_record(**changes)
        answer = b'{"id": "%s"}' % record.id.encode()
        record = new_record(**{**changes, "id": record.id, "answer_json": answer})
        records.decisions.store(record, filing)
        return record.id

    return keep


def _ids(records: Records, filters: Filters, **page: Any) -> list[str]:
    found = records.decisions.page(filters, **{"limit": 100, **page})
    return [each["id"] for each in found]


def test_the_newest_comes_first_and_pages_neither_repeat_nor_skip(
    records: Records, store: Callable[..., str]
) -> None:
    stored = [store() for _ in range(5)]
    first = _ids(records, Filters(), limit=2)
    second = _ids(records, Filters(), limit=2, before=first[-1])
    third = _ids(records, Filters(), limit=2, before=second[-1])
    assert first + second + third == stored[::-1]


@pytest.mark.parametrize(
    ("filters", "changes"),
    [
        (Filters(institution="银行-001"), {"institution": "银行-002"}),
        (Filters(domain="banking"), {"domain": "telecom"}),
        (Filters(check_type="transaction"), {"check_type": "account_opening"}),
        (Filters(outcome="compliant"), {"outcome": "pending"}),
        (Filters(reference="编号 1"), {"reference": "编号 2"}),
        (Filters(recorded_from=NOW), {"recorded_at": NOW - timedelta(microseconds=1)}),
        (Filters(recorded_to=NOW), {"recorded_at": NOW + timedelta(microseconds=1)}),
        (Filters(occurred_from=NOW), {"occurred_at": NOW - timedelta(seconds=1)}),
        (Filters(occurred_to=NOW), {"occurred_at": NOW + timedelta(seconds=1)}),
    ],
)
def test_a_filter_keeps_what_fits_and_nothing_else(
    records: Records, store: Callable[..., str], filters: Filters, changes: dict[str, Any]
) -> None:
    common = {"reference": "编号 1", "recorded_at": NOW, "occurred_at": NOW}
    fits = store(**common)
    store(**{**common, **changes})
    assert _ids(records, filters) == [fits]


def test_decisions_are_found_by_what_is_open_in_them(
    records: Records, store: Callable[..., str]
) -> None:
    violated = store(Filing({"cn.a": "violated", "cn.b": "pending"}))
    pending = store(Filing({"cn.a": "pending"}))
    store()
    assert _ids(records, Filters(obligation="cn.a")) == [violated]
    assert _ids(records, Filters(obligation="cn.a", status="pending")) == [pending]
    assert _ids(records, Filters(status="pending")) == [pending, violated]
    assert _ids(records, Filters(obligation="cn.b")) == []


def test_the_place_of_a_decision_is_taken_once_and_its_bytes_stay(
    records: Records, store: Callable[..., str]
) -> None:
    first = store()
    before = records.decisions.get_record(first)
    second = store(Filing(link=Link(Relation.SUPERSEDES, first)))
    with pytest.raises(AlreadySuperseded) as refused:
        store(Filing(link=Link(Relation.FOLLOWS, first)))
    assert second in str(refused.value)
    assert records.decisions.get(first)["links"] == {"superseded_by": second}
    assert records.decisions.get_record(first) == before
    assert "links" not in records.decisions.get(second)
    # What was refused left nothing behind, and harmed no other.
    assert _ids(records, Filters()) == [second, first]


@pytest.mark.parametrize(
    "statement",
    [
        delete(decision_links),
        update(decision_links).values(earlier_id="x"),
        delete(decision_obligations),
        update(decision_obligations).values(status="x"),
    ],
    ids=str,
)
def test_links_and_findings_are_only_ever_added(
    database: Database, store: Callable[..., str], statement: Delete | Update
) -> None:
    store(Filing({"cn.a": "violated"}, link=Link(Relation.SUPERSEDES, store())))
    with (
        pytest.raises(exc.DatabaseError, match="only ever added"),
        database.writing() as connection,
    ):
        connection.execute(statement)


def test_what_falls_due_is_listed_until_another_takes_its_place(
    records: Records, store: Callable[..., str]
) -> None:
    later = store(Filing(due_at=NOW + timedelta(hours=1)))
    soon = store(Filing(due_at=NOW))

    def due(moment: datetime) -> list[str]:
        return [each.decision_id for each in records.due.until(moment, limit=10)]

    # A deadline includes its last moment.
    assert due(NOW) == []
    assert due(NOW + timedelta(days=1)) == [soon, later]
    store(Filing(link=Link(Relation.FOLLOWS, soon)))
    assert due(NOW + timedelta(days=1)) == [later]


def test_what_failed_is_left_alone_for_a_while(records: Records, store: Callable[..., str]) -> None:
    id_ = store(Filing(due_at=NOW))
    moment = NOW + timedelta(seconds=1)
    records.due.postpone(id_, NOW + timedelta(hours=1), "engine_failed")
    assert records.due.until(moment, limit=10) == ()
    (found,) = records.due.until(moment, limit=10, past_failures=True)
    assert (found.decision_id, found.failure) == (id_, "engine_failed")
    assert records.due.until(NOW + timedelta(hours=2), limit=10) == (found,)


def test_one_holder_at_a_time_has_the_lease(records: Records) -> None:
    def take(holder: str, moment: datetime) -> bool:
        return records.due.take_lease("due", holder, moment, timedelta(minutes=10))

    assert take("one", NOW)
    assert not take("two", NOW + timedelta(minutes=9))
    assert take("one", NOW + timedelta(minutes=9))
    assert not take("two", NOW + timedelta(minutes=18))
    # One that died keeps it no longer than it had.
    assert take("two", NOW + timedelta(minutes=19))
    assert not take("one", NOW + timedelta(minutes=20))


def test_a_lease_taken_while_a_clock_was_ahead_keeps_nobody_from_the_work(
    records: Records,
) -> None:
    def take(holder: str, moment: datetime) -> bool:
        return records.due.take_lease("due", holder, moment, timedelta(minutes=10))

    assert take("one", NOW + timedelta(days=400))
    assert take("two", NOW)
    assert not take("one", NOW + timedelta(minutes=9))
    # Clocks that differ by less than a lease share the work as ever.
    assert take("one", NOW + timedelta(minutes=19))
    assert not take("two", NOW + timedelta(minutes=10))


def test_the_migration_lists_what_was_kept_before_it(
    empty_database_url: str, new_record: NewRecord
) -> None:
    record = new_record(
        answer_json=b'{"id": "x", "obligations": [{"id": "cn.a", "status": "pending",'
        b' "due": "2026-03-02T20:00:00+08:00"}, {"id": "cn.b", "status": "fulfilled"}]}'
    )
    database = Database(empty_database_url)
    database.create_folder()
    with database.writing() as connection:
        earlier = Config()
        earlier.set_main_option("script_location", "fanzha.records:migrations")
        earlier.attributes["connection"] = connection
        command.upgrade(earlier, "0002")
        connection.execute(insert(decisions).values(record.as_row()))
    upgrade(empty_database_url)
    filters = Filters(obligation="cn.a", status="pending")
    found = Decisions(database, GroupingWriter(database)).page(filters, limit=10)
    (due,) = DueDecisions(database).until(NOW + timedelta(days=1), limit=10)
    database.dispose()
    assert len(found) == 1
    assert (due.decision_id, due.due_at) == (record.id, NOW)
