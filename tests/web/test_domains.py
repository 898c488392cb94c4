"""GET /v1/domains: what can be checked."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from fanzha.usecases.rulebook import Rulebook
from tests.web.places import assert_fits, assert_problem


def test_every_check_type_is_listed_under_its_domain(
    client: FlaskClient, rulebook: Rulebook, document: dict[str, Any]
) -> None:
    answer = client.get("/v1/domains").get_json()
    assert_fits(answer, "Domains", document)
    listed = {
        f"{domain['domain']}/{each['check_type']}"
        for domain in answer["domains"]
        for each in domain["check_types"]
    }
    assert listed == set(rulebook.law.check_types)


def test_a_query_is_refused(client: FlaskClient) -> None:
    assert_problem(client.get("/v1/domains?domain=telecom"), 400, "query_invalid")
