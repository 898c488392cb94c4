"""GET /v1/coverage: the account of a law."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.web.places import assert_fits, assert_problem

Json = dict[str, Any]


def test_the_account_has_the_form_of_the_document(client: FlaskClient, document: Json) -> None:
    answer = client.get("/v1/coverage")
    assert answer.status_code == 200
    account = answer.get_json()
    assert_fits(account, "Coverage", document)
    assert account["law"]["key"] == "atofl"
    assert account["summary"]["provisions"] == 190
    assert client.get("/v1/coverage?law=atofl").get_json() == account


def test_a_law_without_an_account_is_not_found(client: FlaskClient) -> None:
    problem = assert_problem(client.get("/v1/coverage?law=pipl"), 404, "not_found")
    assert "atofl" in problem["detail"]


def test_a_misspelt_query_is_refused(client: FlaskClient) -> None:
    assert_problem(client.get("/v1/coverage?laws=atofl"), 400, "query_invalid")
