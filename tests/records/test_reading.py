from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import pytest

from fanzha.errors import NotFound
from fanzha.records import DecisionRecord, Records

NewRecord = Callable[..., DecisionRecord]


def test_the_answer_comes_back_as_json_values(records: Records, new_record: NewRecord) -> None:
    record = new_record()
    records.decisions.store(record)
    assert records.decisions.get(record.id) == {"outcome": "compliant", "title": "合规"}


def test_the_record_comes_back_whole_and_to_the_byte(
    records: Records, new_record: NewRecord
) -> None:
    record = new_record(reference="案件 7", answer_json=b'{"a":   1}')
    records.decisions.store(record)
    read = records.decisions.get_record(record.id)
    assert read == record
    assert read.occurred_at.tzinfo is UTC


def test_its_own_institution_finds_a_decision(records: Records, new_record: NewRecord) -> None:
    record = new_record(institution="bank-001")
    records.decisions.store(record)
    assert records.decisions.get(record.id, institution="bank-001")["outcome"] == "compliant"


def test_another_institution_gets_the_answer_for_what_does_not_exist(
    records: Records, new_record: NewRecord
) -> None:
    record, missing = new_record(), new_record()
    records.decisions.store(record)
    with pytest.raises(NotFound) as of_another:
        records.decisions.get(record.id, institution="bank-002")
    with pytest.raises(NotFound) as of_none:
        records.decisions.get(missing.id, institution="bank-002")
    assert str(of_another.value).replace(record.id, "") == str(of_none.value).replace(
        missing.id, ""
    )


@pytest.mark.parametrize("no_id", ["", "x", "\0", "\ud800", "x" * 100_000, "' OR 1=1 --"])
def test_what_is_no_id_is_not_found(records: Records, no_id: str) -> None:
    with pytest.raises(NotFound):
        records.decisions.get(no_id)
    with pytest.raises(NotFound):
        records.decisions.get_record(no_id)
