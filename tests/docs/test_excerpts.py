"""The comparison that the other tests of this folder rest on sees what it must see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.docs.excerpts import differences

WHOLE = {
    "id": "d-1",
    "outcome": "compliant",
    "settled": {"of": 2, "in_scope": 2},
    "obligations": [{"id": "a", "status": "fulfilled"}, {"id": "b", "status": "not_applicable"}],
}


@pytest.mark.parametrize(
    "shown",
    [
        {},
        WHOLE,
        {"id": "another"},
        {"settled": {"of": 2}},
        {"obligations": [{"id": "b"}]},
        {"obligations": []},
    ],
)
def test_parts_of_the_whole_are_no_difference(shown: Any) -> None:
    assert list(differences(shown, WHOLE)) == []


@pytest.mark.parametrize(
    "shown",
    [
        {"outcome": "pending"},
        {"advice": "proceed"},
        {"settled": {"of": True}},
        {"settled": 2},
        {"obligations": [{"id": "c"}]},
        {"obligations": [{"id": "b"}, {"id": "a"}]},
        {"obligations": [{"id": "a", "status": "violated"}]},
    ],
)
def test_what_is_not_in_the_whole_is_a_difference(shown: Any) -> None:
    assert list(differences(shown, WHOLE))
