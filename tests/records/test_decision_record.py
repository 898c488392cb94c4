from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

import pytest

from fanzha.records import DecisionRecord
from fanzha.records.tables import decisions


def test_a_record_has_exactly_the_columns_of_the_table() -> None:
    # But one, which a purge fills.
    columns = [name for name in decisions.columns.keys() if name != "purge"]  # noqa: SIM118
    assert [field.name for field in fields(DecisionRecord)] == columns


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "x" * 201},
        {"institution": "x" * 201},
        {"reference": "a\0b"},
        {"reference": "\ud800"},
        {"occurred_at": datetime(2026, 3, 2)},
        {"recorded_at": datetime(2026, 3, 2)},
    ],
)
def test_what_one_of_the_databases_could_not_keep_is_refused(
    new_record: Callable[..., DecisionRecord], changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"cannot be kept|carries its offset"):
        new_record(**changes)


def test_the_longest_texts_are_kept(
    records: Any, new_record: Callable[..., DecisionRecord]
) -> None:
    record = new_record(reference="案" * 200, institution="行" * 200)
    records.decisions.store(record)
    assert records.decisions.get_record(record.id) == record
