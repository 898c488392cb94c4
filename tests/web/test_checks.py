"""POST /v1/checks: a decision, and every refusal by its code."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fanzha.records.database import Database
from fanzha.settings import Settings
from tests.web.conftest import Caller
from tests.web.places import EXAMPLES, assert_fits, assert_problem

Json = dict[str, Any]
CALLERS = {
    "telecom-001": "operator",
    "bank-001": "bank",
    "payments-001": "payment_institution",
    "internet-001": "internet_provider",
}


def test_a_check_is_judged(operator: Caller, check: Json) -> None:
    answer = operator.post(check)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.get_json()["outcome"] == "compliant"


@pytest.mark.parametrize(
    "example",
    [pytest.param(path, id=path.stem) for path in sorted(EXAMPLES.glob("*/*/*.json"))],
)
def test_examples_end_as_their_names_say(
    example: Path, request: pytest.FixtureRequest, document: Json
) -> None:
    institution = json.loads(example.read_bytes())["institution"]
    caller: Caller = request.getfixturevalue(CALLERS[institution])
    answer = caller.post(example.read_bytes())
    assert answer.status_code == 200, answer.text
    decision = answer.get_json()
    _, stage, end = example.stem.split(".")
    assert decision["check"]["stage"] == stage
    assert end in {decision["outcome"], decision.get("advice")}
    assert_fits(decision, "Decision", document)


def test_the_decision_is_stored_and_its_address_told(
    operator: Caller, check: Json, stored: Callable[[], int]
) -> None:
    answer = operator.post(check)
    assert stored() == 1
    assert answer.headers["Location"] == f"/v1/decisions/{answer.get_json()['id']}"


def test_without_recording_nothing_is_stored(
    operator: Caller, check: Json, stored: Callable[[], int]
) -> None:
    answer = operator.post({**check, "record": False})
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert stored() == 0


def test_the_derivation_is_given_when_asked_for(
    operator: Caller, check: Json, document: Json
) -> None:
    explained = operator.post(check, "?explain=full").get_json()
    assert all("derivation" in each for each in explained["obligations"])
    assert_fits(explained, "Decision", document)
    plain = operator.post(check).get_json()
    assert not any("derivation" in each for each in plain["obligations"])


def test_an_answer_carries_a_request_id(operator: Caller, check: Json) -> None:
    first, second = (operator.post(check).headers["X-Request-Id"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("id_", ["a", "order-17.b_3", "A" * 64])
def test_a_plain_request_id_of_the_client_comes_back(operator: Caller, id_: str) -> None:
    operator.headers["X-Request-Id"] = id_
    assert operator.get("/healthz").headers["X-Request-Id"] == id_


@pytest.mark.parametrize("id_", ["", "A" * 65, "a b", "a;b", "密", "<script>", "a\tb"])
def test_any_other_request_id_is_replaced(operator: Caller, id_: str) -> None:
    operator.headers["X-Request-Id"] = id_
    answered = operator.get("/healthz").headers["X-Request-Id"]
    assert answered != id_
    assert answered.isalnum()


# --- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer fz_short", "Bearer fz_" + "A" * 43],
)
def test_without_a_known_key_nothing_is_judged(
    client: FlaskClient, check: Json, header: str | None, stored: Callable[[], int]
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = client.post("/v1/checks", json=check, headers=headers)
    assert_problem(answer, 401, "key_invalid")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert stored() == 0


def test_the_key_of_another_institution_is_refused(
    bank: Caller, check: Json, stored: Callable[[], int]
) -> None:
    problem = assert_problem(bank.post(check), 403, "institution_wrong")
    assert problem["errors"][0]["where"] == {"path": "institution"}
    assert stored() == 0


@pytest.mark.parametrize(
    ("changes", "status", "code", "path"),
    [
        ({"domain": "telecoms"}, 404, "domain_unknown", "domain"),
        ({"check_type": "phone_card"}, 404, "check_type_unknown", "check_type"),
        ({"occurred_at": "2023-02-30T10:00:00+08:00"}, 422, "date_invalid", "occurred_at"),
        ({"occurred_at": "2026-03-02T10:15:00"}, 422, "date_invalid", "occurred_at"),
        ({"known_at": "2020-01-01T00:00:00+08:00"}, 422, "date_invalid", "known_at"),
        ({"stage": "maybe"}, 422, "check_invalid", "stage"),
        ({"contract": 999}, 422, "check_invalid", "contract"),
        ({"scope": ["cn.nothing"]}, 422, "check_invalid", "scope.0"),
        ({"record": "no"}, 422, "check_invalid", "record"),
        ({"fact": {}}, 422, "check_invalid", "fact"),
    ],
)
def test_a_wrong_field_is_named(
    operator: Caller,
    check: Json,
    changes: Json,
    status: int,
    code: str,
    path: str,
    stored: Callable[[], int],
) -> None:
    problem = assert_problem(operator.post({**check, **changes}), status, code)
    assert problem["errors"][0]["where"]["path"] == path
    assert stored() == 0


@pytest.mark.parametrize("name", ["domain", "stage", "institution", "occurred_at", "facts"])
def test_a_missing_field_is_named(operator: Caller, check: Json, name: str) -> None:
    del check[name]
    problem = assert_problem(operator.post(check), 422, "check_invalid")
    assert problem["errors"][0]["where"]["path"] == name


@pytest.mark.parametrize(
    ("fact", "value", "code"),
    [
        ("phone_cards_hold", 1, "fact_unknown"),
        ("phone_cards_held", "1", "fact_wrong_type"),
        ("phone_cards_held", True, "fact_wrong_type"),
        ("phone_cards_held", 1.0, "fact_wrong_type"),
        ("phone_cards_held", -1, "fact_out_of_range"),
        ("phone_cards_held", 10**30, "fact_out_of_range"),
        ("card_channel", "own_shopp", "fact_out_of_range"),
    ],
)
def test_a_wrong_fact_is_named(
    operator: Caller, check: Json, fact: str, value: Any, code: str
) -> None:
    check["facts"][fact] = value
    problem = assert_problem(operator.post(check), 422, code)
    assert problem["errors"][0]["where"]["path"] == f"facts.{fact}"


def test_a_misspelt_fact_comes_with_a_suggestion(operator: Caller, check: Json) -> None:
    check["facts"]["phone_cards_hold"] = 1
    problem = operator.post(check).get_json()
    assert "phone_cards_held" in problem["detail"]
    assert "phone_cards_held" in problem["errors"][0]["hint"]["zh"]


def test_several_mistakes_are_told_together(operator: Caller, check: Json) -> None:
    check["facts"]["phone_cards_hold"] = 1
    check["facts"]["phone_cards_held"] = "five"
    problem = assert_problem(operator.post(check), 422, "invalid")
    assert {each["code"] for each in problem["errors"]} == {"fact_unknown", "fact_wrong_type"}


def test_an_end_before_its_beginning_is_refused_with_both_named(
    operator: Caller, check: Json, stored: Callable[[], int]
) -> None:
    check["facts"] |= {
        "appeal_received_at": "2026-03-02T10:00:00+08:00",
        "appeal_decided_at": "2026-03-01T10:00:00+08:00",
    }
    problem = assert_problem(operator.post(check), 422, "times_out_of_order")
    assert "`appeal_decided_at`" in problem["detail"]
    assert "`appeal_received_at`" in problem["detail"]
    assert stored() == 0


def test_a_stated_element_that_the_facts_contradict_is_refused(
    operator: Caller, check: Json, stored: Callable[[], int]
) -> None:
    check["facts"]["counts_as_new_phone_card"] = {
        "value": False,
        "assessed_by": "合规部",
        "assessed_at": "2026-03-01",
    }
    problem = assert_problem(operator.post(check), 422, "element_contradicted")
    assert "registration_event" in problem["detail"]
    assert stored() == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "json_broken"),
        (b"{", 400, "json_broken"),
        (b"\xff\xfe{}", 400, "json_broken"),
        (b'{"facts": {"a": NaN}}', 400, "json_not_a_number"),
        (b'{"facts": {"a": -Infinity}}', 400, "json_not_a_number"),
        (b'{"facts": {"a": 1e400}}', 400, "json_not_a_number"),
        (b'{"facts": {}, "facts": {}}', 400, "json_duplicate_key"),
        (b'{"facts": ' + b"[" * 100 + b"]" * 100 + b"}", 400, "json_too_deep"),
        (b"[" * 100_000, 400, "json_too_deep"),
        (b"[]", 422, "check_invalid"),
        (b"null", 422, "check_invalid"),
    ],
)
def test_what_is_no_clean_json_object_is_refused(
    operator: Caller, body: bytes, status: int, code: str
) -> None:
    assert_problem(operator.post(body), status, code)


def test_a_body_at_the_limit_is_read(operator: Caller, check: Json, settings: Settings) -> None:
    body = json.dumps(check).encode()
    assert operator.post(body.ljust(settings.maximum_body_bytes)).status_code == 200


def test_a_body_over_the_limit_is_refused(
    operator: Caller, check: Json, settings: Settings
) -> None:
    body = json.dumps(check).encode()
    answer = operator.post(body.ljust(settings.maximum_body_bytes + 1))
    assert_problem(answer, 413, "body_too_large")


class Endless(BytesIO):
    """A body that never ends, as a server hands over one that comes in chunks."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0
        self.taken += size
        return b" " * size

    def readinto(self, buffer: Any) -> int:
        self.taken += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


def test_a_body_without_a_length_is_not_read_beyond_the_limit(
    operator: Caller, settings: Settings
) -> None:
    body = Endless()
    environ = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    answer = operator.post(b"", environ_overrides=environ)
    assert_problem(answer, 413, "body_too_large")
    assert body.taken <= settings.maximum_body_bytes + 64 * 1024


def test_a_body_that_ends_too_early_is_refused(operator: Caller) -> None:
    answer = operator.post(b"{}", environ_overrides={"CONTENT_LENGTH": "1000"})
    assert_problem(answer, 400, "request_broken")


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "a/b; c=d"])
def test_another_media_type_is_refused(operator: Caller, check: Json, type_: str) -> None:
    answer = operator.post(check, content_type=type_)
    assert_problem(answer, 415, "media_type_unsupported")


def test_a_compressed_body_is_refused(operator: Caller, check: Json) -> None:
    operator.headers["Content-Encoding"] = "gzip"
    assert_problem(operator.post(check), 415, "media_type_unsupported")


@pytest.mark.parametrize("query", ["?explain=yes", "?explains=full", "?explain=full&explain=full"])
def test_a_query_that_would_be_passed_over_is_refused(
    operator: Caller, check: Json, query: str
) -> None:
    problem = assert_problem(operator.post(check, query), 400, "query_invalid")
    assert "explain" in problem["detail"] or "full" in problem["detail"]


def test_nothing_is_answered_when_the_database_does_not_take_it(
    operator: Caller, check: Json, settings: Settings, stored: Callable[[], int]
) -> None:
    assert operator.post(check).status_code == 200
    database = Database(settings.database_url)
    try:
        with database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE decisions RENAME TO elsewhere")
        answer = operator.post(check)
        with database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO decisions")
    finally:
        database.dispose()
    assert_problem(answer, 503, "store_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert stored() == 1
