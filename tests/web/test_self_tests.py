"""/v1/self-tests: worked cases run in the background; any process tells how far they are."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from fanzha.application import Application
from fanzha.records import Records
from fanzha.records.self_tests import RunState
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.self_test_runs import QUEUE_AT_MOST, SILENCE_AT_MOST
from fanzha.web import create_app
from tests.web.conftest import Caller
from tests.web.places import assert_fits, assert_problem

Json = dict[str, Any]
Post = Callable[..., Any]
SMALL = {"target": "nbpr"}


@pytest.fixture
def post(client: FlaskClient, bank: Caller) -> Post:
    def posted(body: Any = b"", **options: Any) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        options.setdefault("content_type", "application/json")
        headers = {"Authorization": f"Bearer {bank.key}"}
        return client.post("/v1/self-tests", data=data, headers=headers, **options)

    return posted


def _ended(caller: Caller, location: str) -> Json:
    until = time.monotonic() + 30
    while (run := caller.get(location).get_json())["state"] in {"queued", "running"}:
        assert time.monotonic() < until, run
        time.sleep(0.01)
    return dict(run)


def test_a_run_is_answered_at_once_and_ends_with_its_report(
    post: Post, bank: Caller, document: Json
) -> None:
    answer = post(SMALL)
    assert answer.status_code == 202
    run = answer.get_json()
    assert_fits(run, "SelfTest", document)
    assert run["state"] == "queued"
    assert answer.headers["Location"] == f"/v1/self-tests/{run['id']}"
    ended = _ended(bank, answer.headers["Location"])
    assert_fits(ended, "SelfTestDetail", document)
    assert ended["state"] == "finished"
    assert ended["target"] == "nbpr"
    report = ended["report"]
    assert report["passed"] is True
    assert report["totals"]["cases"] == len(report["cases"]) > 0
    counts = {"cases": len(report["cases"]), "done": len(report["cases"]), "failed": 0}
    assert ended["progress"] == counts
    assert ended["requested_at"] <= ended["started_at"] <= ended["finished_at"]


@pytest.mark.parametrize("body", [b"", {}, {"target": None}])
def test_without_a_target_all_cases_are_run(post: Post, body: Any) -> None:
    run = post(body).get_json()
    assert run["target"] is None
    assert run["progress"]["cases"] > 500


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"target": "nbprr"}, "did you mean `nbpr`"),
        ({"target": "apl"}, "has no worked cases"),
        ({"target": "/etc"}, "is no domain, instrument or plugin"),
        ({"target": 1}, "must be a name"),
        ({"target": "x" * 201}, "must be a name"),
        ({"targett": "nbpr"}, "unknown field `targett`"),
    ],
)
def test_what_cannot_be_run_is_refused(post: Post, body: Json, told: str) -> None:
    problem = assert_problem(post(body), 422, "self_test_invalid")
    assert told in problem["detail"]


def test_broken_json_is_refused(post: Post) -> None:
    assert_problem(post(b'{"target": '), 400, "json_broken")
    assert_problem(post(b"x", content_type="text/plain"), 415, "media_type_unsupported")


def test_too_many_runs_are_refused(post: Post) -> None:
    answers = [post() for _ in range(QUEUE_AT_MOST + 3)]
    assert answers[0].status_code == 202
    assert_problem(answers[-1], 429, "self_tests_busy")


def test_runs_are_listed_in_pages_the_newest_first(
    post: Post, bank: Caller, operator: Caller, document: Json
) -> None:
    ids = [post(SMALL).get_json()["id"] for _ in range(3)]
    first = operator.get("/v1/self-tests?limit=2").get_json()
    assert_fits(first, "SelfTests", document)
    assert [each["id"] for each in first["self_tests"]] == [ids[2], ids[1]]
    second = bank.get(f"/v1/self-tests?limit=2&cursor={first['next']}").get_json()
    assert [each["id"] for each in second["self_tests"]] == [ids[0]]
    assert second["next"] is None
    assert_problem(bank.get("/v1/self-tests?cursor=x"), 400, "query_invalid")
    assert_problem(bank.get("/v1/self-tests?limit=0"), 400, "query_invalid")


def test_another_process_tells_of_the_run(
    post: Post, bank: Caller, settings: Settings, rulebook: Rulebook, records: Records
) -> None:
    location = post(SMALL).headers["Location"]
    other = Application(settings, rulebook, records=records)
    elsewhere = Caller(create_app(other).test_client(), bank.key)
    assert _ended(elsewhere, location)["state"] == "finished"


def test_a_run_whose_process_has_gone_is_abandoned_after_a_while(
    bank: Caller, records: Records, application: Application, post: Post
) -> None:
    ended = _ended(bank, post(SMALL).headers["Location"])
    run, _ = records.self_tests.get(ended["id"])
    long_ago = datetime.now(UTC) - SILENCE_AT_MOST - timedelta(seconds=1)
    values = {name: getattr(run, name) for name in run.__slots__}
    old = {"id": run.id[:-1] + ("0" if run.id[-1] != "0" else "1"), "state": RunState.QUEUED}
    records.self_tests.add(type(run)(**{**values, **old, "seen_at": long_ago}))
    found = bank.get(f"/v1/self-tests/{old['id']}").get_json()
    assert found["state"] == "abandoned"
    assert found["report"] is None


def test_runs_that_wait_when_the_service_stops_are_abandoned(
    post: Post, bank: Caller, application: Application
) -> None:
    ids = [post().get_json()["id"] for _ in range(3)]
    application.self_tests.close()
    states = {bank.get(f"/v1/self-tests/{each}").get_json()["state"] for each in ids}
    assert states == {"abandoned"}
    assert_problem(post(SMALL), 429, "self_tests_busy")


def test_a_run_that_nobody_asked_for_is_not_found(bank: Caller) -> None:
    assert_problem(bank.get("/v1/self-tests/none"), 404, "not_found")
    assert_problem(bank.get("/v1/self-tests/%00"), 404, "not_found")


def test_a_key_is_needed(client: FlaskClient) -> None:
    for answer in (
        client.post("/v1/self-tests"),
        client.get("/v1/self-tests"),
        client.get("/v1/self-tests/none"),
    ):
        assert_problem(answer, 401, "key_invalid")
