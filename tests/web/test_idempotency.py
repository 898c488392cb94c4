"""`Idempotency-Key`: a retry is answered as the first time, and makes nothing new."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from fanzha.application import Application
from fanzha.records import Records, open_records
from fanzha.records.database import Database
from fanzha.records.personal import rotate_secret
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from fanzha.web import create_app
from tests.web.conftest import Caller
from tests.web.places import assert_problem

Json = dict[str, Any]
KEY = "0b8c8c1e-61a2-4a31-9c53-5f0c8a3f0d11"


@pytest.fixture
def retrying(operator: Caller) -> Caller:
    operator.headers["Idempotency-Key"] = KEY
    return operator


def test_a_retry_gets_the_same_bytes_status_and_address(
    retrying: Caller, check: Json, stored: Callable[[], int]
) -> None:
    first, second = retrying.post(check), retrying.post(check)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.data == second.data
    assert first.headers["Location"] == second.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert stored() == 1


def test_without_a_key_each_post_is_a_new_decision(
    operator: Caller, check: Json, stored: Callable[[], int]
) -> None:
    assert operator.post(check).data != operator.post(check).data
    assert stored() == 2


def test_another_layout_of_the_same_json_is_the_same_request(
    retrying: Caller, check: Json, stored: Callable[[], int]
) -> None:
    first = retrying.post(check)
    turned = json.dumps(dict(reversed(check.items())), indent=3).encode()
    assert retrying.post(turned).data == first.data
    assert stored() == 1


def test_the_same_key_with_another_body_is_refused(
    retrying: Caller, check: Json, stored: Callable[[], int]
) -> None:
    retrying.post(check)
    problem = assert_problem(
        retrying.post({**check, "reference": "2"}), 422, "idempotency_key_reused"
    )
    assert problem["errors"][0]["where"] == {"path": "Idempotency-Key"}
    assert_problem(retrying.post(check, "?explain=full"), 422, "idempotency_key_reused")
    assert stored() == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
def test_a_key_that_cannot_be_used_is_refused_before_anything_is_done(
    operator: Caller, check: Json, stored: Callable[[], int], key: str
) -> None:
    operator.headers["Idempotency-Key"] = key
    assert_problem(operator.post(check), 400, "idempotency_key_malformed")
    assert stored() == 0


def test_keys_belong_to_their_institution_whatever_its_own_key(
    retrying: Caller, bank: Caller, records: Records, check: Json
) -> None:
    first = retrying.post(check)
    bank.headers["Idempotency-Key"] = KEY
    assert_problem(bank.post(check), 403, "institution_wrong")
    colleague = Caller(retrying.client, records.keys.create("telecom-001"), retrying.headers)
    assert colleague.post(check).data == first.data


def test_what_was_refused_can_be_mended_under_the_same_key(
    retrying: Caller, check: Json, stored: Callable[[], int]
) -> None:
    assert retrying.post({**check, "facts": {"no_such_fact": 1}}).status_code == 422
    assert retrying.post(check).status_code == 200
    assert stored() == 1


def test_what_is_not_stored_takes_no_key(retrying: Caller, check: Json) -> None:
    assert retrying.post({**check, "record": False}).status_code == 200
    assert retrying.post(check).status_code == 200


@pytest.fixture
def elsewhere(settings: Settings, rulebook: Rulebook, operator: Caller) -> Iterator[Caller]:
    """The same caller at another process, which has met none of the keys."""
    records = open_records(settings)
    other = Application(settings, rulebook, records=records)
    yield Caller(create_app(other).test_client(), operator.key, {"Idempotency-Key": KEY})
    other.self_tests.close()
    records.close()


def test_a_retry_in_another_process_gets_the_same_bytes(
    retrying: Caller, elsewhere: Caller, check: Json, stored: Callable[[], int]
) -> None:
    _assert_made_once(retrying, elsewhere, check, stored)


def _assert_made_once(
    first_at: Caller, then_at: Caller, check: Json, stored: Callable[[], int]
) -> None:
    first = first_at.post(check)
    for _ in range(2):
        again = then_at.post(check)
        assert (again.status_code, again.data) == (200, first.data)
        assert again.headers["Idempotency-Replayed"] == "true"
    other = {**check, "reference": "2"}
    assert_problem(then_at.post(other), 422, "idempotency_key_reused")
    assert stored() == 1


def test_a_retry_at_a_process_that_has_an_older_secret_gets_the_same_bytes(
    retrying: Caller,
    settings: Settings,
    check: Json,
    stored: Callable[[], int],
    request: pytest.FixtureRequest,
) -> None:
    rotate_secret(settings.secret_key_file)
    restarted: Caller = request.getfixturevalue("elsewhere")
    _assert_made_once(restarted, retrying, check, stored)


def test_a_retry_that_no_secret_can_compare_is_to_be_tried_again_and_stores_nothing(
    retrying: Caller,
    settings: Settings,
    check: Json,
    stored: Callable[[], int],
    request: pytest.FixtureRequest,
) -> None:
    before = settings.secret_key_file.read_bytes()
    rotate_secret(settings.secret_key_file)
    restarted: Caller = request.getfixturevalue("elsewhere")
    first = restarted.post(check)
    newest = settings.secret_key_file.read_bytes()
    settings.secret_key_file.write_bytes(before)
    for _ in range(2):
        answer = retrying.post(check)
        assert_problem(answer, 503, "store_unavailable")
        assert "Retry-After" in answer.headers
    assert stored() == 1
    settings.secret_key_file.write_bytes(newest)
    assert retrying.post(check).data == first.data


def test_a_correction_tried_again_is_not_in_its_own_way(
    operator: Caller, elsewhere: Caller, check: Json, stored: Callable[[], int]
) -> None:
    corrected = {**check, "supersedes": operator.post(check).json["id"]}
    operator.headers["Idempotency-Key"] = KEY
    first = operator.post(corrected)
    assert first.status_code == 200
    for caller in (elsewhere, operator):
        assert caller.post(corrected).data == first.data
    assert stored() == 2


def test_a_request_that_is_refused_by_itself_cannot_take_a_key_that_is_taken(
    retrying: Caller, elsewhere: Caller, check: Json
) -> None:
    retrying.post(check)
    wrong = {**check, "facts": {"no_such_fact": 1}}
    assert_problem(elsewhere.post(wrong), 422, "idempotency_key_reused")


def test_many_at_once_in_two_processes_do_the_work_once(
    settings: Settings,
    rulebook: Rulebook,
    application: Application,
    operator: Caller,
    check: Json,
    stored: Callable[[], int],
) -> None:
    other_records = open_records(settings)
    other = Application(settings, rulebook, records=other_records)
    apps = [create_app(application), create_app(other)]
    begin = threading.Barrier(6)
    answers: list[bytes] = []

    def post(number: int) -> None:
        caller = Caller(apps[number % 2].test_client(), operator.key, {"Idempotency-Key": KEY})
        begin.wait()
        answer = caller.post(check)
        assert answer.status_code == 200
        answers.append(answer.data)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.self_tests.close()
    other_records.close()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert stored() == 1


def test_neither_the_key_nor_what_was_asked_can_be_read_from_its_row(
    retrying: Caller, check: Json, settings: Settings
) -> None:
    retrying.post({**check, "reference": "own-reference"})
    database = Database(settings.database_url)
    with database.reading() as connection:
        rows = connection.execute(text("SELECT * FROM idempotency_keys")).all()
    database.dispose()
    assert len(rows) == 1
    assert KEY not in str(rows)
    assert "own-reference" not in str(rows)


def test_a_self_test_asked_for_twice_under_one_key_is_run_once(operator: Caller) -> None:
    def post(body: bytes) -> Any:
        headers = {"Authorization": f"Bearer {operator.key}", "Idempotency-Key": KEY}
        return operator.client.post(
            "/v1/self-tests", data=body, headers=headers, content_type="application/json"
        )

    first, second = post(b'{"target": "telecom"}'), post(b'{"target": "telecom"}')
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.data == second.data
    assert first.headers["Location"] == second.headers["Location"]
    assert_problem(post(b'{"target": "banking"}'), 422, "idempotency_key_reused")
    assert len(operator.get("/v1/self-tests").get_json()["self_tests"]) == 1
