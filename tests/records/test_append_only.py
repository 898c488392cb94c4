from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import delete, exc, text, update

from fanzha.records import DecisionRecord, Records
from fanzha.records.database import Database
from fanzha.records.tables import decisions


def refused() -> AbstractContextManager[object]:
    return pytest.raises(exc.IntegrityError, match="only ever added")


@pytest.fixture
def kept(records: Records, new_record: Callable[..., DecisionRecord]) -> DecisionRecord:
    record = new_record()
    records.decisions.store(record)
    return record


def test_a_decision_cannot_be_updated(
    kept: DecisionRecord, records: Records, database: Database
) -> None:
    with (
        pytest.raises(exc.IntegrityError, match="only ever added"),
        database.writing() as connection,
    ):
        connection.execute(update(decisions).values(outcome="not_applicable"))
    assert records.decisions.get_record(kept.id) == kept


def test_a_decision_cannot_be_deleted(
    kept: DecisionRecord, records: Records, database: Database
) -> None:
    with (
        pytest.raises(exc.IntegrityError, match="only ever added"),
        database.writing() as connection,
    ):
        connection.execute(delete(decisions))
    assert records.decisions.get_record(kept.id) == kept


def test_a_decision_cannot_be_replaced_or_the_table_emptied(
    kept: DecisionRecord, records: Records, database: Database
) -> None:
    statement = {
        "sqlite": "INSERT OR REPLACE INTO decisions SELECT * FROM decisions",
        "postgresql": "TRUNCATE decisions",
    }[database.engine.dialect.name]
    with (
        pytest.raises(exc.IntegrityError, match="only ever added"),
        database.writing() as connection,
    ):
        connection.execute(text(statement))
    assert records.decisions.get_record(kept.id) == kept
