"""Errors that come from below the views have the same form as all others."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from tests.web.places import assert_problem


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "//v1/domains", "/v1/domains/", "/%00", "/密"]
)
def test_an_unknown_address_is_not_found(client: FlaskClient, path: str) -> None:
    assert_problem(client.get(path), 404, "address_unknown")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_a_method_that_a_resource_does_not_take_is_refused(
    client: FlaskClient, method: str
) -> None:
    answer = client.open("/v1/checks", method=method)
    assert "POST" in assert_problem(answer, 405, "method_not_allowed")["detail"]
    assert "POST" in answer.headers["Allow"]


def test_a_bug_shows_nothing_of_itself_and_is_logged(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/bug")
    def bug() -> str:
        raise RuntimeError("the password is 1234")

    answer = app.test_client().get("/bug")
    problem = assert_problem(answer, 500, "internal")
    assert "1234" not in answer.text
    assert "RuntimeError" not in answer.text
    assert problem["instance"] in caplog.text
    assert "the password is 1234" in caplog.text


@pytest.mark.parametrize(
    ("status", "answered", "code"),
    [(400, 400, "request_broken"), (415, 415, "media_type_unsupported"), (502, 500, "internal")],
)
def test_whatever_the_libraries_raise_has_the_one_form(
    app: Flask, status: int, answered: int, code: str
) -> None:
    @app.get("/raised")
    def raised() -> str:
        abort(status)

    assert_problem(app.test_client().get("/raised"), answered, code)
