"""GET /v1/decisions: pages of summaries, filters, refusals; corrections by `supersedes`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from fanzha.model.access import KeyHolder, KeyKind
from fanzha.records import Records
from tests.web.conftest import Caller
from tests.web.places import EXAMPLES, assert_fits, assert_problem

Json = dict[str, Any]
SIXTH_CARD = EXAMPLES / "telecom/phone_card_registration/sixth-card.done.non_compliant.json"
CAP = "cn.atofl.a10.p1.1"


@pytest.fixture
def sixth_card() -> Json:
    body: Json = json.loads(SIXTH_CARD.read_text(encoding="utf-8"))
    return body


@pytest.fixture
def overseer(client: FlaskClient, records: Records) -> Caller:
    return Caller(client, records.keys.create_for(KeyHolder(KeyKind.AUDITOR), "test"))


def listed(caller: Caller, query: str = "") -> list[str]:
    answer = caller.get(f"/v1/decisions{query}")
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.get_json()["decisions"]]


def posted(caller: Caller, body: Json, **changes: Any) -> str:
    answer = caller.post({**body, **changes})
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["id"])


def test_summaries_are_those_of_the_decisions_and_fit_the_document(
    operator: Caller, check: Json, sixth_card: Json, document: Json
) -> None:
    clean = posted(operator, check, reference="2026/1")
    breach = posted(operator, sixth_card)
    answer = operator.get("/v1/decisions").get_json()
    assert_fits(answer, "Decisions", document)
    first, second = answer["decisions"]
    assert (first["id"], first["outcome"]) == (breach, "non_compliant")
    assert CAP in first["violated"]
    assert (second["id"], second["violated"], second["reference"]) == (clean, [], "2026/1")
    assert answer["next"] is None


def test_the_cursor_leads_from_page_to_page(operator: Caller, check: Json) -> None:
    stored = [posted(operator, check) for _ in range(5)]
    found: list[str] = []
    query = "?limit=2"
    for _ in range(3):
        answer = operator.get(f"/v1/decisions{query}").get_json()
        found += [each["id"] for each in answer["decisions"]]
        query = f"?limit=2&cursor={answer['next']}"
    assert answer["next"] is None
    assert found == stored[::-1]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        (f"?obligation={CAP}", True),
        (f"?obligation={CAP}&status=pending", False),
        ("?status=violated", True),
        ("?outcome=non_compliant", True),
        ("?outcome=compliant", False),
        ("?domain=telecom&check_type=phone_card_registration", True),
        ("?domain=banking", False),
        ("?occurred_from=2026-03-02&occurred_to=2026-03-02", True),
        ("?occurred_to=2026-03-01", False),
        (f"?occurred_from={quote('2026-03-02T23:59:59+08:00')}", False),
        ("?recorded_to=2000-01-01", False),
        ("?reference=other", False),
    ],
)
def test_a_list_is_narrowed(operator: Caller, sixth_card: Json, query: str, is_found: bool) -> None:
    id_ = posted(operator, sixth_card)
    assert listed(operator, query) == ([id_] if is_found else [])


def test_an_institution_lists_its_own_and_an_auditor_all(
    operator: Caller, bank: Caller, overseer: Caller, check: Json
) -> None:
    id_ = posted(operator, check)
    assert listed(bank) == []
    assert listed(operator, "?institution=telecom-001") == [id_]
    assert_problem(bank.get("/v1/decisions?institution=telecom-001"), 403, "institution_wrong")
    assert listed(overseer) == [id_]
    assert listed(overseer, "?institution=bank-001") == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?outcom=compliant", 400, "query_invalid"),
        ("?outcome=complian", 400, "query_invalid"),
        ("?status=fulfilled", 400, "query_invalid"),
        ("?limit=0", 400, "query_invalid"),
        ("?limit=201", 400, "query_invalid"),
        ("?limit=x", 400, "query_invalid"),
        ("?cursor=x", 400, "query_invalid"),
        ("?cursor=%E5%AF%86", 400, "query_invalid"),
        ("?reference=%00", 400, "query_invalid"),
        ("?recorded_from=yesterday", 422, "date_invalid"),
        ("?recorded_from=2026-02-30", 422, "date_invalid"),
        ("?occurred_to=2026-03-02T10:15:00", 422, "date_invalid"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    operator: Caller, query: str, status: int, code: str
) -> None:
    assert_problem(operator.get(f"/v1/decisions{query}"), status, code)


def test_a_correction_is_linked_both_ways_and_the_stored_answer_stays(
    operator: Caller, check: Json, sixth_card: Json, records: Records, document: Json
) -> None:
    wrong = posted(operator, sixth_card)
    bytes_before = records.decisions.get_record(wrong).answer_json
    answer = operator.post({**check, "supersedes": wrong}).get_json()
    assert answer["supersedes"] == wrong
    assert_fits(answer, "Decision", document)
    read = operator.get(f"/v1/decisions/{wrong}").get_json()
    assert read.pop("links") == {"superseded_by": answer["id"]}
    assert read == json.loads(bytes_before)
    assert records.decisions.get_record(wrong).answer_json == bytes_before
    first, second = operator.get("/v1/decisions").get_json()["decisions"]
    assert first["supersedes"] == wrong
    assert second["superseded_by"] == answer["id"]


def test_a_decision_is_corrected_once_and_the_answer_names_the_one_that_stands(
    operator: Caller, check: Json, stored: Callable[[], int]
) -> None:
    first = posted(operator, check)
    second = posted(operator, check, supersedes=first)
    problem = assert_problem(
        operator.post({**check, "supersedes": first}), 409, "superseded_already"
    )
    assert second in problem["detail"]
    posted(operator, check, supersedes=second)
    assert stored() == 3


@pytest.mark.parametrize("id_", ["x", "密", "01a2100f-7d6f-7b1a-9f3b-2f079d6164f0"])
def test_what_is_not_there_is_not_corrected(operator: Caller, check: Json, id_: str) -> None:
    assert_problem(operator.post({**check, "supersedes": id_}), 422, "superseded_unknown")


def test_a_decision_of_another_institution_is_not_corrected(
    operator: Caller, bank: Caller, check: Json
) -> None:
    theirs = posted(operator, check)
    folder = EXAMPLES / "banking" / "transaction"
    body = json.loads(min(folder.glob("*.done.compliant.json")).read_text(encoding="utf-8"))
    assert_problem(bank.post({**body, "supersedes": theirs}), 422, "superseded_unknown")


def test_a_what_if_corrects_nothing(operator: Caller, check: Json) -> None:
    first = posted(operator, check)
    posted(operator, check, supersedes=first, record=False)
    assert "links" not in operator.get(f"/v1/decisions/{first}").get_json()


def test_a_report_fits_the_document(
    operator: Caller, check: Json, sixth_card: Json, document: Json
) -> None:
    wrong = posted(operator, sixth_card)
    posted(operator, check, supersedes=wrong)
    posted(operator, sixth_card)
    report = operator.get("/v1/reports?from=2026-01-01&to=2026-12-31").get_json()
    assert_fits(report, "Report", document)
    assert report["decisions"] == {"standing": 2, "superseded": 1, "judged_again": 0}
    assert CAP in {each["id"] for each in report["violations"]}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "query_invalid"),
        ("?from=2026-01-01", 400, "query_invalid"),
        ("?from=2026-12-31&to=2026-01-01", 400, "query_invalid"),
        ("?from=2026-1-1&to=2026-01-02", 422, "date_invalid"),
        ("?from=2026-01-01&to=2026-01-02&format=html", 400, "query_invalid"),
        ("?institution=bank-001&from=2026-01-01&to=2026-01-02", 403, "institution_wrong"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    operator: Caller, query: str, status: int, code: str
) -> None:
    assert_problem(operator.get(f"/v1/reports{query}"), status, code)


def test_an_auditor_names_the_institution_of_a_report(overseer: Caller) -> None:
    days = "from=2026-01-01&to=2026-01-02"
    assert_problem(overseer.get(f"/v1/reports?{days}"), 400, "query_invalid")
    assert_problem(overseer.get(f"/v1/reports?institution=nobody&{days}"), 404, "not_found")
    answer = overseer.get(f"/v1/reports?institution=bank-001&{days}")
    assert answer.get_json()["institution"]["id"] == "bank-001"
