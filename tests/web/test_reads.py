"""Who read a decision is recorded before it is shown, and the heads are there for auditors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from fanzha.application import Application
from fanzha.model.access import KeyHolder, KeyKind
from fanzha.records import Records
from fanzha.records.database import Database
from fanzha.records.heads import is_signed, read_public_key
from fanzha.settings import Settings
from tests.web.conftest import Caller
from tests.web.places import EXAMPLES, assert_fits, assert_problem

Json = dict[str, Any]


@pytest.fixture
def auditor(client: FlaskClient, records: Records) -> Caller:
    return Caller(client, records.keys.create_for(KeyHolder(KeyKind.AUDITOR), "test"))


@pytest.fixture
def place(operator: Caller, check: Json) -> str:
    return str(operator.post(check).headers["Location"])


@pytest.fixture
def changed_number() -> Json:
    """A check that leaves the operator exposed to a fine."""
    file = EXAMPLES / "telecom/call_and_line/changed-number.done.non_compliant.json"
    body: Json = json.loads(file.read_text("utf-8"))
    return body


def test_each_read_is_told_with_who_when_how_and_why(
    place: str, operator: Caller, auditor: Caller, document: Json
) -> None:
    assert operator.get(place).status_code == 200
    auditor.headers["X-Purpose"] = "inspection 7"
    assert auditor.get(place).status_code == 200
    auditor.get("/v1/decisions")
    answer = operator.get(f"{place}/reads")
    assert_fits(answer.get_json(), "Reads", document)
    told = answer.get_json()["reads"]
    assert [(each["way"], each["purpose"]) for each in told] == [
        ("show", None),
        ("show", "inspection 7"),
        ("list", "inspection 7"),
    ]
    assert told[0]["read_by"] == "institution:telecom-001"
    assert told[1]["read_by"].startswith("auditor:")


def test_reads_come_in_pages(place: str, operator: Caller) -> None:
    for _ in range(3):
        operator.get(place)
    first = operator.get(f"{place}/reads?limit=2").get_json()
    assert len(first["reads"]) == 2
    rest = operator.get(f"{place}/reads?limit=2&cursor={first['next']}").get_json()
    assert (len(rest["reads"]), rest["next"]) == (1, None)
    assert_problem(operator.get(f"{place}/reads?limit=0"), 400, "query_invalid")


def test_whoever_may_not_see_a_decision_may_not_see_its_reads(place: str, bank: Caller) -> None:
    assert_problem(bank.get(f"{place}/reads"), 404, "not_found")
    nowhere = "/v1/decisions/01a2100f-7d6f-7b1a-9f3b-2f079d6164f0/reads"
    assert_problem(bank.get(nowhere), 404, "not_found")


def test_a_read_that_was_refused_is_none(place: str, operator: Caller, bank: Caller) -> None:
    assert bank.get(place).status_code == 404
    assert operator.get(f"{place}/reads").get_json()["reads"] == []


def test_a_report_is_a_read_of_what_it_names(
    place: str, operator: Caller, auditor: Caller, changed_number: Json
) -> None:
    breach = str(operator.post(changed_number).headers["Location"])
    days = "from=2026-01-01&to=2026-12-31"
    auditor.headers["X-Purpose"] = "inspection 7"
    assert auditor.get(f"/v1/reports?institution=telecom-001&{days}").status_code == 200
    operator.get(f"/v1/reports?{days}")
    told = operator.get(f"{breach}/reads").get_json()["reads"]
    assert [(each["way"], each["purpose"]) for each in told] == [
        ("report", "inspection 7"),
        ("report", "report"),
    ]
    # In order, and so only counted.
    assert operator.get(f"{place}/reads").get_json()["reads"] == []


def test_a_report_that_was_refused_reads_nothing(
    operator: Caller, bank: Caller, changed_number: Json
) -> None:
    breach = str(operator.post(changed_number).headers["Location"])
    query = "institution=telecom-001&from=2026-01-01&to=2026-12-31"
    assert_problem(bank.get(f"/v1/reports?{query}"), 403, "institution_wrong")
    assert operator.get(f"{breach}/reads").get_json()["reads"] == []


def test_without_its_record_there_is_no_read(
    place: str, operator: Caller, settings: Settings
) -> None:
    database = Database(settings.database_url)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE decision_reads RENAME TO gone"))
    answer = operator.get(place)
    assert answer.status_code in {500, 503}
    assert b"obligations" not in answer.data
    database.dispose()


def test_reads_are_only_ever_added(place: str, operator: Caller, settings: Settings) -> None:
    operator.get(place)
    database = Database(settings.database_url)
    for statement in ("DELETE FROM decision_reads", "UPDATE decision_reads SET read_by = 'x'"):
        with pytest.raises(Exception, match="only ever added"), database.writing() as connection:
            connection.execute(text(statement))
    database.dispose()


@pytest.mark.parametrize("purpose", ["x" * 3000, "目的".encode().decode("latin-1"), ""])
def test_any_purpose_is_recorded(purpose: str, place: str, operator: Caller) -> None:
    operator.headers["X-Purpose"] = purpose
    assert operator.get(place).status_code == 200
    (read,) = operator.get(f"{place}/reads").get_json()["reads"]
    assert len(read["purpose"] or "") <= 500


def test_a_purged_decision_is_gone_and_its_reads_are_there(
    place: str, operator: Caller, application: Application
) -> None:
    operator.get(place)
    records = application.records
    moment = application._clock()
    done = records.purges.purge(
        "telecom-001", moment, by="test", new_id=application._new_id, clock=application._clock
    )
    assert sum(done) == 1
    assert_problem(operator.get(place), 410, "decision_purged")
    assert len(operator.get(f"{place}/reads").get_json()["reads"]) == 1
    assert operator.get("/v1/decisions").get_json()["decisions"] == []


def test_heads_can_be_checked_with_the_key_that_comes_with_them(
    place: str, auditor: Caller, bank: Caller, document: Json, tmp_path: Path
) -> None:
    answer = auditor.get("/v1/audit/heads")
    assert_fits(answer.get_json(), "Heads", document)
    (head,) = answer.get_json()["heads"]
    assert (head["institution"], head["sequence"]) == ("telecom-001", 1)
    key = tmp_path / "public.pem"
    key.write_text(answer.get_json()["public_key"])
    assert is_signed(head, [read_public_key(key)])
    assert not is_signed({**head, "sequence": 2}, [read_public_key(key)])
    assert auditor.get("/v1/audit/heads?institution=bank-001").get_json()["heads"] == []
    assert_problem(bank.get("/v1/audit/heads"), 403, "key_kind_wrong")
