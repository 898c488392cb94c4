from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import exc, insert, text

from fanzha.errors import SettingError
from fanzha.records import DecisionRecord, Records, open_records, upgrade
from fanzha.records.database import Database
from fanzha.records.tables import decisions, metadata
from fanzha.settings import Settings


def test_the_newest_migration_equals_the_tables(database: Database) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_keeps_what_is_there(
    records: Records, database_url: str, new_record: Callable[..., DecisionRecord]
) -> None:
    record = new_record()
    records.decisions.store(record)
    upgrade(database_url)
    assert records.decisions.get_record(record.id) == record
    assert records.is_ready()


def test_a_missing_schema_is_refused_with_the_command_that_makes_it(
    empty_database_url: str, settings_for: Callable[[str], Settings]
) -> None:
    with pytest.raises(SettingError, match="fanzha db upgrade"):
        open_records(settings_for(empty_database_url))


def test_opening_makes_no_empty_file(
    tmp_path: Path, settings_for: Callable[[str], Settings]
) -> None:
    with pytest.raises(SettingError, match="fanzha db upgrade"):
        open_records(settings_for(f"sqlite:///{tmp_path / 'none.db'}"))
    assert list(tmp_path.iterdir()) == []


def test_a_schema_of_a_newer_program_is_refused_and_left_alone(
    settings: Settings, database: Database
) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingError, match="newer"):
        open_records(settings)
    with pytest.raises(SettingError, match="newer"):
        upgrade(settings.database_url)


def test_a_database_without_its_schema_is_not_ready(records: Records, database: Database) -> None:
    assert records.is_ready()
    with database.writing() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    assert not records.is_ready()


def test_sqlite_is_durable_and_readers_do_not_wait(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fanzha.db'}"
    upgrade(url)
    database = Database(url)
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        full = 2
        assert connection.execute(text("PRAGMA synchronous")).scalar() == full
    with database.writing(), database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM decisions")).scalar() == 0
    database.dispose()


def test_the_folder_of_a_new_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'var' / 'fanzha.db'}")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_postgresql_is_durable_also_where_the_server_does_without(
    new_postgresql_url: Callable[[], str],
) -> None:
    url = new_postgresql_url()
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    database = Database(url)
    with database.reading() as reader:
        assert reader.execute(text("SHOW synchronous_commit")).scalar() == "on"
        assert reader.execute(text("SHOW statement_timeout")).scalar() == "5s"
    database.dispose()


def test_the_error_of_a_wrong_row_shows_none_of_its_values(
    database: Database, new_record: Callable[..., DecisionRecord]
) -> None:
    row = new_record(check_json=b'{"phone": "13800138000"}').as_row() | {"outcome": None}
    with pytest.raises(exc.IntegrityError) as refused, database.writing() as connection:
        connection.execute(insert(decisions).values(row))
    assert "parameters hidden" in str(refused.value)
