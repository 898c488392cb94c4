"""Every limit of the settings: what is beyond it is refused in the one form, with when to retry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from fanzha.web import create_app
from tests.web.conftest import Caller
from tests.web.places import INSTITUTIONS, assert_problem

Json = dict[str, Any]
Limited = Callable[..., Caller]


@pytest.fixture
def limited(tmp_path: Path, rulebook: Rulebook, request: pytest.FixtureRequest) -> Limited:
    """A service with these settings, and a client of it."""

    def open_with(**environ: str) -> Caller:
        settings = Settings.from_environment(
            {
                "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path / 'limited.db'}",
                "FANZHA_SECRET_KEY_FILE": str(tmp_path / "limited.key"),
                **environ,
            }
        )
        upgrade(settings.database_url)
        records = open_records(settings)
        request.addfinalizer(records.close)
        for institution in read_institutions(INSTITUTIONS).values():
            records.institutions.put(institution)
        application = Application(settings, rulebook, records=records)
        request.addfinalizer(application.self_tests.close)
        client = create_app(application).test_client()
        return Caller(client, records.keys.create("telecom-001"))

    return open_with


def test_a_key_over_its_rate_is_told_when_to_come_back(limited: Limited, check: Json) -> None:
    caller = limited(FANZHA_RATE_LIMIT="3/hour")
    assert [caller.post(check).status_code for _ in range(3)] == [200, 200, 200]
    refused = caller.post(check)
    assert_problem(refused, 429, "rate_exceeded")
    assert 0 < int(refused.headers["Retry-After"]) <= 3601


def test_what_takes_no_key_has_no_rate(limited: Limited) -> None:
    caller = limited(FANZHA_RATE_LIMIT="1/hour")
    assert [caller.client.get("/v1/domains").status_code for _ in range(3)] == [200, 200, 200]


def test_a_request_is_counted_once_however_often_its_key_is_looked_at(
    limited: Limited, check: Json
) -> None:
    caller = limited(FANZHA_RATE_LIMIT="2/hour")
    place = caller.post(check).headers["Location"]
    assert caller.get(place).status_code == 200
    assert_problem(caller.get(place), 429, "rate_exceeded")


def test_a_check_beyond_its_time_has_no_verdict_and_is_not_stored(
    limited: Limited, check: Json
) -> None:
    caller = limited(FANZHA_CHECK_SECONDS="0.001")
    # Of an act of a day that no other check has: its edition is compiled first.
    late = caller.post(check)
    if late.status_code == 200:
        pytest.fail("a check takes more than a millisecond")
    assert_problem(late, 503, "check_too_slow")
    assert int(late.headers["Retry-After"]) > 0
    assert caller.get("/v1/decisions").get_json()["decisions"] == []


def test_more_facts_than_a_check_may_have_are_refused(limited: Limited, check: Json) -> None:
    caller = limited(FANZHA_MAXIMUM_FACTS="2")
    assert_problem(caller.post(check), 422, "facts_too_many")


def test_deeper_than_the_limit_is_refused(limited: Limited, check: Json) -> None:
    caller = limited(FANZHA_MAXIMUM_DEPTH="4")
    nested = {**check, "facts": {"a": [[[1]]]}, "circumstances": {}, "scope": []}
    problem = assert_problem(caller.post(nested), 400, "json_too_deep")
    assert "4 levels" in problem["detail"]


PAGES = ("/v1/decisions", "/v1/self-tests")


def test_pages_go_up_to_the_setting_and_no_further(limited: Limited, check: Json) -> None:
    caller = limited(FANZHA_MAXIMUM_PAGE="3")
    place = caller.post(check).headers["Location"]
    for path in (*PAGES, f"{place}/reads"):
        assert [caller.get(f"{path}?limit={limit}").status_code for limit in (1, 3)] == [200, 200]
        for limit in ("0", "4", "03x", "９"):
            problem = assert_problem(caller.get(f"{path}?limit={limit}"), 400, "query_invalid")
            assert "1 to 3" in problem["detail"]


def test_pages_beyond_those_by_default_can_be_set(limited: Limited, check: Json) -> None:
    caller = limited(FANZHA_MAXIMUM_PAGE="1000")
    place = caller.post(check).headers["Location"]
    for path in (*PAGES, f"{place}/reads"):
        assert caller.get(f"{path}?limit=1000").status_code == 200
        assert_problem(caller.get(f"{path}?limit=1001"), 400, "query_invalid")


def test_without_a_number_a_page_has_no_more_than_the_setting(
    limited: Limited, check: Json
) -> None:
    caller = limited(FANZHA_MAXIMUM_PAGE="2")
    for _ in range(3):
        caller.post(check)
    found = caller.get("/v1/decisions").get_json()
    assert len(found["decisions"]) == 2
    rest = caller.get(f"/v1/decisions?cursor={found['next']}").get_json()
    assert (len(rest["decisions"]), rest["next"]) == (1, None)


@pytest.mark.parametrize(("maximum", "default"), [("20", 20), ("300", 50)])
def test_the_document_says_how_far_pages_go(limited: Limited, maximum: str, default: int) -> None:
    paths = limited(FANZHA_MAXIMUM_PAGE=maximum).get("/openapi.json").get_json()["paths"]
    wanted = {"type": "integer", "minimum": 1, "maximum": int(maximum), "default": default}
    for path in (*PAGES, "/v1/decisions/{decision_id}/reads"):
        told = {each["name"]: each["schema"] for each in paths[path]["get"]["parameters"]}
        assert told["limit"] == wanted


def test_more_self_tests_than_may_wait_are_told_when_to_come_back(limited: Limited) -> None:
    caller = limited(FANZHA_SELF_TESTS_WAITING="1")
    headers = {"Authorization": f"Bearer {caller.key}"}
    answers = [caller.client.post("/v1/self-tests", headers=headers) for _ in range(4)]
    busy = [each for each in answers if each.status_code == 429]
    assert busy
    for each in busy:
        assert_problem(each, 429, "self_tests_busy")
        assert int(each.headers["Retry-After"]) > 0
