"""A database that is away: locked for good, or one that takes no connections."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from fanzha.errors import StoreUnavailable
from fanzha.model.institution import Institution
from fanzha.records import (
    DecisionRecord,
    Filing,
    PersonalDigests,
    Records,
    kept_connections,
    open_records,
    upgrade,
)
from fanzha.records.database import Database
from fanzha.settings import Settings

NewRecord = Callable[..., DecisionRecord]
Away = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def away(database_url: str, request: pytest.FixtureRequest) -> Away:
    name = make_url(database_url).database

    @contextmanager
    def sqlite_locked() -> Iterator[None]:
        other = sqlite3.connect(str(name), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()

    @contextmanager
    def postgresql_closed() -> Iterator[None]:
        server: Any = request.getfixturevalue("postgresql_server")
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            admin.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [name],
            )
            yield
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    return sqlite_locked if database_url.startswith("sqlite") else postgresql_closed


@pytest.fixture
def impatient_records(impatient_database: Database, settings: Settings) -> Iterator[Records]:
    opened = Records(impatient_database, PersonalDigests(b"k" * 32), settings)
    yield opened
    opened.close()


def test_store_says_that_it_is_away_and_works_when_it_returns(
    impatient_records: Records,
    new_record: NewRecord,
    away: Away,
    stored_ids: Callable[[], list[str]],
) -> None:
    before, during, after = new_record(), new_record(), new_record()
    impatient_records.decisions.store(before)
    with away(), pytest.raises(StoreUnavailable, match="did not answer"):
        impatient_records.decisions.store(during)
    impatient_records.decisions.store(after)
    assert sorted(stored_ids()) == sorted([before.id, after.id])


def test_put_says_that_it_is_away_and_works_when_it_returns(
    impatient_records: Records, bank: Institution, away: Away
) -> None:
    with away(), pytest.raises(StoreUnavailable):
        impatient_records.institutions.put(bank)
    assert impatient_records.institutions.list() == ()
    impatient_records.institutions.put(bank)
    assert impatient_records.institutions.list() == (bank,)


def test_writers_that_never_finish_are_not_waited_for(
    impatient_records: Records,
    new_record: NewRecord,
    writers_kept_waiting: Away,
    stored_ids: Callable[[], list[str]],
) -> None:
    kept_waiting = "did not answer|another transaction holds"
    with writers_kept_waiting(), pytest.raises(StoreUnavailable, match=kept_waiting):
        impatient_records.decisions.store(new_record())
    assert stored_ids() == []


def test_connections_lost_between_decisions_cost_none(
    new_postgresql_url: Callable[[], str],
    settings_for: Callable[[str], Settings],
    new_record: NewRecord,
) -> None:
    url = new_postgresql_url()
    upgrade(url)
    records = open_records(settings_for(url))
    claim = records.idempotency.claim("bank", "k-1", {})
    assert records.idempotency.made(claim) is None
    records.decisions.store(new_record())
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    record = new_record()
    assert records.idempotency.made(claim) is None
    records.decisions.store(record, Filing(claim=claim))
    assert records.decisions.get_record(record.id) == record
    records.close()


def test_a_connection_that_was_not_used_for_long_is_asked_first(
    new_postgresql_url: Callable[[], str],
    settings_for: Callable[[str], Settings],
    new_record: NewRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_connections, "TRUSTED_SECONDS", 0.0)
    url = new_postgresql_url()
    upgrade(url)
    records = open_records(settings_for(url))
    made = [new_record() for _ in range(3)]
    for record in made:
        records.decisions.store(record)
        claim = records.idempotency.claim("bank", "k-1", {})
        assert records.idempotency.made(claim) is None
        assert records.decisions.get_record(record.id) == record
    records.close()


def test_a_server_that_takes_no_connections_is_not_ready(
    new_postgresql_url: Callable[[], str],
    settings_for: Callable[[str], Settings],
    postgresql_server: Any,
) -> None:
    url = new_postgresql_url()
    upgrade(url)
    records = open_records(settings_for(url))
    assert records.is_ready()
    name = make_url(url).database
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
    assert not records.is_ready()
    with pytest.raises(StoreUnavailable, match="did not answer"):
        records.require_ready()
    records.close()
    with pytest.raises(StoreUnavailable):
        open_records(settings_for(url))
    with pytest.raises(StoreUnavailable):
        upgrade(url)


def test_a_file_that_is_no_database_is_away(
    tmp_path: Path, settings_for: Callable[[str], Settings]
) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database at all " * 1000)
    with pytest.raises(StoreUnavailable):
        open_records(settings_for(f"sqlite:///{tmp_path / 'broken.db'}"))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnavailable):
        upgrade(f"sqlite:///{tmp_path / 'file' / 'fanzha.db'}")
