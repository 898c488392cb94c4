"""GET /healthz and /readyz."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from fanzha.records.database import Database
from fanzha.settings import Settings
from tests.web.places import assert_fits, assert_problem


def test_a_process_that_lives_says_so(client: FlaskClient, document: dict[str, Any]) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert_fits(answer.get_json(), "Health", document)


def test_a_service_that_can_decide_and_keep_is_ready(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert_fits(answer.get_json(), "Readiness", document)
    assert answer.get_json()["bundles"]


def test_a_database_of_another_version_is_told_while_the_process_lives(
    client: FlaskClient, settings: Settings
) -> None:
    database = Database(settings.database_url)
    try:
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    finally:
        database.dispose()
    answer = client.get("/readyz")
    problem = assert_problem(answer, 503, "store_unavailable")
    assert "schema is not this version's" in problem["detail"]
    assert "fanzha db upgrade" in problem["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/healthz").status_code == 200
