"""The worst input is refused: never an error of ours, nothing stored, and the next check works."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.web.conftest import Caller
from tests.web.places import CLEAN_CHECK, assert_problem
from tests.web.worst_input import INJECTIONS, PARTS

Json = dict[str, Any]
CHECK: Json = json.loads(CLEAN_CHECK.read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_it_is_refused_and_nothing_is_stored(
    part: Callable[[Json], Iterator[tuple[str, bytes]]],
    operator: Caller,
    stored: Callable[[], int],
) -> None:
    for name, body in part(CHECK):
        answer = operator.post(body)
        assert 400 <= answer.status_code < 500, f"{name}: {answer.status_code} {answer.text[:300]}"
        assert_problem(answer, answer.status_code, answer.get_json()["code"])
        assert len(answer.data) < 64 * 1024, name
    assert stored() == 0
    assert operator.post(CHECK).get_json()["outcome"] == "compliant"


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_reference_comes_back_as_it_was_given(operator: Caller, text: str) -> None:
    answer = operator.post({**CHECK, "reference": text[:200]})
    assert answer.get_json()["reference"] == text[:200]
    assert operator.get(answer.headers["Location"]).get_json()["reference"] == text[:200]
