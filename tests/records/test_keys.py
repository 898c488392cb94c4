from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from fanzha.errors import UnknownInstitution
from fanzha.model.institution import Institution
from fanzha.records import KeyHolder, KeyKind, Keys, Records
from fanzha.records.database import Database


@pytest.fixture
def bytes_of_database(database_url: str, request: pytest.FixtureRequest) -> Callable[[], bytes]:
    """Reads everything that the database has written, whatever the file."""

    def of_sqlite() -> bytes:
        folder = Path(str(make_url(database_url).database)).parent
        return b"".join(file.read_bytes() for file in folder.iterdir())

    def of_postgresql() -> bytes:
        server: Any = request.getfixturevalue("postgresql_server")
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            oid = connection.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        assert oid
        files = [
            *(server.pgdata / "pg_wal").iterdir(),
            *(server.pgdata / f"base/{oid[0]}").iterdir(),
        ]
        return b"".join(file.read_bytes() for file in files if file.is_file())

    return of_sqlite if database_url.startswith("sqlite") else of_postgresql


def test_a_key_leads_to_its_institution(records: Records, bank: Institution) -> None:
    records.institutions.put(bank)
    key = records.keys.create(bank.id, "核心系统")
    assert records.keys.institution_of(key) == bank.id


def test_an_institutions_key_reads_what_is_its_own(records: Records, bank: Institution) -> None:
    records.institutions.put(bank)
    holder = records.keys.holder_of(records.keys.create(bank.id, ""))
    assert holder == KeyHolder(KeyKind.INSTITUTION, bank.id)
    assert holder.reaches(bank.id)
    assert not holder.reaches("bank-002")


def test_an_operators_key_belongs_to_no_institution_and_reads_all(records: Records) -> None:
    key = records.keys.create_operator("运营")
    holder = records.keys.holder_of(key)
    assert holder == KeyHolder(KeyKind.OPERATOR)
    assert holder.reaches("bank-001")
    assert records.keys.institution_of(key) is None


def test_a_key_works_at_once_in_other_processes(
    records: Records, bank: Institution, database: Database
) -> None:
    records.institutions.put(bank)
    key = Keys(database).create(bank.id, "")
    assert records.keys.institution_of(key) == bank.id


def test_keys_have_256_random_bits(records: Records, bank: Institution) -> None:
    records.institutions.put(bank)
    made = {records.keys.create(bank.id, "") for _ in range(3)}
    assert len(made) == 3
    for key in made:
        assert key.startswith("fz_")
        assert len(base64.urlsafe_b64decode(key.removeprefix("fz_") + "=")) == 32


def test_only_the_digest_of_a_key_is_in_the_database(
    records: Records, bank: Institution, bytes_of_database: Callable[[], bytes]
) -> None:
    records.institutions.put(bank)
    key = records.keys.create(bank.id, "")
    records.keys.institution_of(key)
    kept = bytes_of_database()
    assert hashlib.sha256(key.encode()).hexdigest().encode() in kept
    assert key.encode() not in kept
    assert key.removeprefix("fz_").encode() not in kept


@pytest.mark.parametrize(
    "wrong", ["", "fz_", "fz_" + "x" * 43, "fz_" + "x" * 44, "x" * 46, "fz_\0" + "x" * 42, "钥匙"]
)
def test_a_wrong_key_belongs_to_nobody(records: Records, wrong: str) -> None:
    assert records.keys.institution_of(wrong) is None


def test_the_digest_itself_is_no_key(records: Records, bank: Institution) -> None:
    records.institutions.put(bank)
    key = records.keys.create(bank.id, "")
    assert records.keys.institution_of(hashlib.sha256(key.encode()).hexdigest()) is None


@pytest.mark.parametrize("unknown", ["bank-009", "\0"])
def test_an_institution_that_is_not_registered_gets_no_key(records: Records, unknown: str) -> None:
    with pytest.raises(UnknownInstitution, match="institutions register"):
        records.keys.create(unknown, "")
