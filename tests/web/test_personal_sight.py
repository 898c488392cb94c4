"""A check with a person's facts: who sees the decision, as docs/access.md says; nobody those."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, inspect, text

from fanzha.model.access import KeyHolder, KeyKind
from fanzha.records import Records
from fanzha.settings import Settings
from tests.web.conftest import Caller
from tests.web.places import EXAMPLES, assert_problem

Json = dict[str, Any]
MARK = "Markedregion"
PERSONAL = ("caller_number_region", "origin_prompt_region")
CALL = EXAMPLES / "telecom/call_and_line/call-from-abroad.done.compliant.json"

# Telecom-001, which `miit` supervises, posts it.
SIGHTED = {
    "itself": KeyHolder(KeyKind.INSTITUTION, "telecom-001"),
    "its supervisor": KeyHolder(KeyKind.REGULATOR, supervisor="miit"),
    "an auditor": KeyHolder(KeyKind.AUDITOR),
}
OTHERS = {
    "another institution": (KeyHolder(KeyKind.INSTITUTION, "bank-001"), 404, "not_found"),
    "another regulator": (KeyHolder(KeyKind.REGULATOR, supervisor="pbc"), 404, "not_found"),
    "the operator": (KeyHolder(KeyKind.OPERATOR), 403, "key_kind_wrong"),
}


@pytest.fixture
def posted(operator: Caller) -> Any:
    """The answer to a check whose personal facts are marked."""
    check: Json = json.loads(CALL.read_text(encoding="utf-8"))
    check["facts"] |= dict.fromkeys(PERSONAL, MARK)
    answer = operator.post(check, "?explain=full")
    assert answer.status_code == 200
    assert answer.get_json()["outcome"] == "compliant"
    return answer


def _caller(client: FlaskClient, records: Records, holder: KeyHolder) -> Caller:
    return Caller(client, records.keys.create_for(holder, "test"))


@pytest.mark.parametrize("who", SIGHTED)
def test_who_may_see_the_decision_sees_all_of_it_but_the_persons_facts(
    client: FlaskClient, records: Records, posted: Any, who: str
) -> None:
    caller = _caller(client, records, SIGHTED[who])
    place = posted.headers["Location"]
    seen = caller.get(place)
    assert seen.data == posted.data
    days = "institution=telecom-001&from=2026-03-01&to=2026-03-31"
    for path in (place, f"{place}/reads", "/v1/decisions", f"/v1/reports?{days}"):
        answer = caller.get(path)
        assert answer.status_code == 200, path
        assert MARK not in answer.get_data(as_text=True), path
    assert posted.get_json()["id"] in caller.get("/v1/decisions").get_data(as_text=True)


@pytest.mark.parametrize("who", OTHERS)
def test_who_may_not_see_it_learns_nothing(
    client: FlaskClient, records: Records, posted: Any, who: str
) -> None:
    holder, status, code = OTHERS[who]
    caller = _caller(client, records, holder)
    for path in (posted.headers["Location"], f"{posted.headers['Location']}/reads"):
        answer = caller.get(path)
        assert_problem(answer, status, code)
        assert MARK not in answer.get_data(as_text=True)
    listed = caller.get("/v1/decisions").get_data(as_text=True)
    assert posted.get_json()["id"] not in listed


def test_the_persons_facts_are_nowhere_in_the_database(
    settings: Settings, records: Records, posted: Any, tmp_path: Path
) -> None:
    # What the facts gave is there, and that they were stated; what they were is not.
    assert MARK not in posted.get_data(as_text=True)
    records.close()
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        rows = {
            # Plain tuples: a row's own way to be shown leaves out the middle of what is long.
            table: repr([tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))])
            for table in inspect(engine).get_table_names()
        }
    engine.dispose()
    assert any(PERSONAL[0] in row for row in rows.values())
    for table, row in rows.items():
        assert MARK.lower() not in row.lower(), table
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert MARK.lower().encode() not in file.read_bytes().lower(), file
