from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.records import Institutions, Records
from fanzha.records.database import Database


def test_an_institution_comes_back_as_it_was_put(records: Records, bank: Institution) -> None:
    records.institutions.put(bank)
    assert records.institutions.get(bank.id) == bank


def test_the_end_of_a_licence_comes_back(records: Records, bank: Institution) -> None:
    ended = replace(bank, licensed_until=date(2026, 6, 30))
    records.institutions.put(ended)
    assert records.institutions.get(bank.id) == ended
    assert ended.is_licensed_on(date(2026, 6, 30))
    assert not ended.is_licensed_on(date(2026, 7, 1))
    assert not ended.is_licensed_on(date(2010, 4, 30))


def test_an_institution_without_roles_date_or_supervisor_comes_back(records: Records) -> None:
    plain = Institution(id="机构-1", name=Text(zh="甲", en="A"), roles=())
    records.institutions.put(plain)
    assert records.institutions.get("机构-1") == plain


def test_putting_again_replaces_and_counts_at_once(records: Records, bank: Institution) -> None:
    records.institutions.put(bank)
    assert records.institutions.get(bank.id) == bank
    changed = replace(bank, roles=("bank",), licensed_from=date(2011, 1, 1), supervisor=None)
    records.institutions.put(changed)
    assert records.institutions.get(bank.id) == changed


def test_all_are_listed_by_id(records: Records, bank: Institution) -> None:
    for institution_id in ("b", "a", "B"):
        records.institutions.put(replace(bank, id=institution_id))
    assert [each.id for each in records.institutions.list()] == ["B", "a", "b"]


@pytest.mark.parametrize("unknown", ["bank-009", "", "\0", "\ud800"])
def test_an_unknown_institution_is_none(records: Records, unknown: str) -> None:
    assert records.institutions.get(unknown) is None


def test_a_new_institution_counts_at_once_though_it_was_asked_for_before(
    records: Records, bank: Institution, database: Database
) -> None:
    assert records.institutions.get(bank.id) is None
    Institutions(database).put(bank)
    assert records.institutions.get(bank.id) == bank


def test_reading_again_does_not_ask_the_database(database: Database, bank: Institution) -> None:
    institutions = Institutions(database)
    institutions.put(bank)
    statements: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2]),
    )
    for _ in range(10):
        assert institutions.get(bank.id) == bank
    assert sum("FROM institutions" in statement for statement in statements) == 1
