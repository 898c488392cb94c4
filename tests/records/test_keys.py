from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from fanzha.errors import UnknownInstitution, WrongKeyRequest
from fanzha.model.access import SCOPES, Scope
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
    assert holder is not None
    assert (holder.kind, holder.institution) == (KeyKind.INSTITUTION, bank.id)
    assert holder.scopes == SCOPES[KeyKind.INSTITUTION]
    assert holder.sees(bank.id, bank.supervisor)
    assert not holder.sees("bank-002", bank.supervisor)


def test_an_operators_key_belongs_to_no_institution(records: Records) -> None:
    key = records.keys.create_operator("运营")
    holder = records.keys.holder_of(key)
    assert holder is not None
    assert (holder.kind, holder.institution) == (KeyKind.OPERATOR, None)
    assert holder.scopes == SCOPES[KeyKind.OPERATOR]
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


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def _id_of_only(keys: Keys) -> str:
    [kept] = keys.list()
    return kept.holder.key_id


def test_a_regulators_key_sees_those_it_supervises(records: Records) -> None:
    plain = records.keys.create_for(KeyHolder(KeyKind.REGULATOR, supervisor="NFRA"))
    holder = records.keys.holder_of(plain)
    assert holder is not None
    assert holder.sees("bank-001", "NFRA")
    assert not holder.sees("bank-001", "PBC")
    assert not holder.sees("bank-001", None)
    assert holder.identity == "regulator:NFRA"


def test_a_key_that_was_made_narrower_has_these_scopes_alone(
    records: Records, bank: Institution
) -> None:
    records.institutions.put(bank)
    plain = records.keys.create(bank.id, scopes=[Scope.CHECKS_WRITE])
    holder = records.keys.holder_of(plain)
    assert holder is not None
    assert holder.scopes == {Scope.CHECKS_WRITE}


def test_no_key_can_do_more_than_its_kind(records: Records) -> None:
    for kind in (KeyKind.REGULATOR, KeyKind.AUDITOR, KeyKind.OPERATOR):
        with pytest.raises(WrongKeyRequest, match="checks:write"):
            records.keys.create_for(KeyHolder(kind, supervisor="NFRA"), scopes=[Scope.CHECKS_WRITE])
    assert records.keys.list() == ()


def test_a_key_ends_on_the_second_although_it_is_remembered(
    database: Database, records: Records, bank: Institution
) -> None:
    records.institutions.put(bank)
    clock = Clock()
    keys = Keys(database, clock=clock)
    plain = keys.create(bank.id, expires_at=clock.now + timedelta(seconds=10))
    assert keys.institution_of(plain) == bank.id
    clock.now += timedelta(seconds=9)
    assert keys.institution_of(plain) == bank.id
    clock.now += timedelta(seconds=1)
    assert keys.institution_of(plain) is None


def test_a_key_is_not_made_for_a_time_that_has_passed(records: Records, bank: Institution) -> None:
    records.institutions.put(bank)
    with pytest.raises(WrongKeyRequest, match="has passed"):
        records.keys.create(bank.id, expires_at=datetime(2020, 1, 1, tzinfo=UTC))


def test_a_revoked_key_is_refused_at_once_here_and_stays_listed(
    records: Records, bank: Institution
) -> None:
    records.institutions.put(bank)
    plain = records.keys.create(bank.id)
    assert records.keys.institution_of(plain) == bank.id
    records.keys.revoke(_id_of_only(records.keys))
    assert records.keys.institution_of(plain) is None
    [kept] = records.keys.list()
    assert kept.revoked_at is not None


def test_other_processes_refuse_a_revoked_key_within_three_seconds(
    database: Database, records: Records, bank: Institution
) -> None:
    records.institutions.put(bank)
    plain = records.keys.create(bank.id)
    other = Keys(database)
    assert other.institution_of(plain) == bank.id
    records.keys.revoke(_id_of_only(records.keys))
    time.sleep(3.05)
    assert other.institution_of(plain) is None


def test_a_key_that_was_replaced_works_until_its_grace_is_over(
    database: Database, records: Records, bank: Institution
) -> None:
    records.institutions.put(bank)
    clock = Clock()
    keys = Keys(database, clock=clock)
    old = keys.create(bank.id, "core", scopes=[Scope.CHECKS_WRITE, Scope.DECISIONS_READ])
    new = keys.rotate(_id_of_only(keys), grace=timedelta(hours=1))
    before, after = keys.holder_of(old), keys.holder_of(new)
    assert before is not None
    assert after is not None
    assert (after.institution, after.scopes) == (before.institution, before.scopes)
    assert after.identity == before.identity
    clock.now += timedelta(hours=1)
    assert keys.holder_of(old) is None
    assert keys.holder_of(new) == after


def test_the_replacement_lasts_as_long_as_the_key_was_made_for(
    database: Database, records: Records, bank: Institution
) -> None:
    records.institutions.put(bank)
    clock = Clock()
    keys = Keys(database, clock=clock)
    keys.create(bank.id, expires_at=clock.now + timedelta(days=30))
    key_id = _id_of_only(keys)
    clock.now += timedelta(days=29)
    new = keys.holder_of(keys.rotate(key_id))
    assert new is not None
    assert new.expires_at == clock.now + timedelta(days=30)


def test_grace_never_makes_a_key_last_longer(
    database: Database, records: Records, bank: Institution
) -> None:
    records.institutions.put(bank)
    clock = Clock()
    keys = Keys(database, clock=clock)
    old = keys.create(bank.id, expires_at=clock.now + timedelta(minutes=1))
    keys.rotate(_id_of_only(keys), grace=timedelta(hours=1))
    clock.now += timedelta(minutes=1)
    assert keys.holder_of(old) is None


def test_what_has_ended_or_does_not_exist_is_not_replaced(
    records: Records, bank: Institution
) -> None:
    records.institutions.put(bank)
    records.keys.create(bank.id)
    key_id = _id_of_only(records.keys)
    records.keys.revoke(key_id)
    with pytest.raises(WrongKeyRequest, match="has ended"):
        records.keys.rotate(key_id)
    for change in (records.keys.rotate, records.keys.revoke):
        with pytest.raises(WrongKeyRequest, match="there is no key"):
            change("0" * 12)


@pytest.mark.parametrize("title", ["x" * 201, "\0", "\ud800"])
def test_a_title_that_cannot_be_kept_is_refused(records: Records, title: str) -> None:
    with pytest.raises(WrongKeyRequest):
        records.keys.create_operator(title)
