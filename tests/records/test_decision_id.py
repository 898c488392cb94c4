from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanzha.records.decision_id import RandomBytes, new_decision_id

MOMENT = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)
MOMENTS = st.datetimes(
    min_value=datetime(2022, 12, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
)


def test_an_id_is_a_version_7_uuid_of_its_millisecond() -> None:
    made = uuid.UUID(new_decision_id(lambda: MOMENT, os.urandom))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(MOMENT.timestamp() * 1000)


def test_two_ids_of_one_moment_differ() -> None:
    made = {new_decision_id(lambda: MOMENT, os.urandom) for _ in range(100)}
    assert len(made) == 100


@given(MOMENTS, st.integers(min_value=1, max_value=10_000_000))
def test_a_later_id_sorts_later(moment: datetime, microseconds: int) -> None:
    later = moment + timedelta(microseconds=microseconds)
    assert new_decision_id(lambda: moment, lambda n: b"\xff" * n) < new_decision_id(
        lambda: later, lambda n: b"\0" * n
    )


def test_random_bytes_are_taken_many_at_a_time_and_never_twice() -> None:
    random = RandomBytes()
    taken = [random(8) for _ in range(2000)]
    assert {len(each) for each in taken} == {8}
    assert len(set(taken)) == len(taken)
    assert len(random(4096)) == 4096
