"""GET /v1/decisions/{id}: the answer as it was given, to its own institution only."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Caller
from tests.web.places import assert_fits, assert_problem

Json = dict[str, Any]


def test_a_decision_is_read_again_byte_for_byte(
    operator: Caller, check: Json, document: Json
) -> None:
    answer = operator.post(check)
    again = operator.get(answer.headers["Location"])
    assert again.status_code == 200
    assert again.data == answer.data
    assert_fits(again.get_json(), "Decision", document)


def test_a_decision_of_another_institution_is_not_found(
    operator: Caller, bank: Caller, check: Json
) -> None:
    place = operator.post(check).headers["Location"]
    assert_problem(bank.get(place), 404, "not_found")


def test_a_decision_is_not_read_without_a_key(
    operator: Caller, client: FlaskClient, check: Json
) -> None:
    place = operator.post(check).headers["Location"]
    assert_problem(client.get(place), 401, "key_invalid")


@pytest.mark.parametrize(
    "id_",
    [
        "01a2100f-7d6f-7b1a-9f3b-2f079d6164f0",
        "1",
        "%00",
        "%ED%A0%80",
        "' OR 1=1 --",
        "x" * 3000,
        "__proto__",
    ],
)
def test_what_is_no_id_of_a_decision_is_not_found(operator: Caller, id_: str) -> None:
    assert_problem(operator.get(f"/v1/decisions/{id_}"), 404, "not_found")


def test_a_query_is_refused(operator: Caller) -> None:
    assert_problem(operator.get("/v1/decisions/1?as_of=2026-01-01"), 400, "query_invalid")
