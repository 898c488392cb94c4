"""A judgment has an assessor: bare ones are refused, and answers and records name who made it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from fanzha.application import Application
from fanzha.errors import Problems
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings
from fanzha.usecases.check_form import read_check
from fanzha.usecases.rulebook import Rulebook
from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import INSTITUTIONS, NOW, Json, obligation, sale

BY_DESK: Json = {"value": True, "assessed_by": "合规部", "assessed_at": "2026-03-01"}


def _refused(judgment: Any) -> Json:
    """A sale that was refused, with this judgment of whether that was reasonable."""
    return sale("sold", sale_refused=True, refusal_reasonable=judgment)


def test_a_judgment_with_its_assessor_counts_and_is_shown(evaluate: Evaluate) -> None:
    decision = evaluate(_refused({**BY_DESK, "basis": "购票人无证件"}))
    assert obligation(decision, "small.a4")["status"] == "fulfilled"
    assert decision["assessed"] == [
        {
            "fact": "refusal_reasonable",
            "value": True,
            "by": "合规部",
            "at": "2026-03-01",
            "basis": "购票人无证件",
        }
    ]


def test_it_may_be_of_a_time_and_without_a_basis(evaluate: Evaluate) -> None:
    moment = "2026-03-02T09:00:00+08:00"
    decision = evaluate(_refused({**BY_DESK, "value": False, "assessed_at": moment}))
    assert obligation(decision, "small.a4")["status"] == "violated"
    [shown] = decision["assessed"]
    assert (shown["at"], shown["basis"]) == (moment, None)


def test_a_bare_judgment_is_refused_with_who_must_say_it(evaluate: Evaluate) -> None:
    with pytest.raises(Problems) as refused:
        evaluate(_refused(True))
    [error] = refused.value.errors
    assert error.code == refused.value.code == "judgment_unattributed"
    assert str(error.where) == "facts.refusal_reasonable"
    assert "assessor" in error.message.en
    assert error.hint is not None
    assert "assessed_by" in error.hint.en


@pytest.mark.parametrize("absent", [None, {"value": None}, {**BY_DESK, "value": None}])
def test_null_is_the_same_as_absent(evaluate: Evaluate, absent: Json | None) -> None:
    decision = evaluate(_refused(absent))
    assert obligation(decision, "small.a4")["status"] == "undetermined"
    assert decision["assessed"] == []


def test_other_facts_may_come_with_an_assessor_too(evaluate: Evaluate) -> None:
    decision = evaluate(sale(tickets_held={**BY_DESK, "value": 5}))
    assert obligation(decision, "small.a1")["status"] == "violated"
    assert [each["fact"] for each in decision["assessed"]] == ["tickets_held"]
    plain = evaluate(sale(tickets_held=5))
    assert plain["assessed"] == []


def test_a_personal_fact_stays_masked(evaluate: Evaluate) -> None:
    decision = evaluate(sale(buyer_name={**BY_DESK, "value": "Lin Example"}))
    assert [each["value"] for each in decision["assessed"]] == ["***"]


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"assessed_by": None}, "assessment_invalid", "assessed_by"),
        ({"assessed_by": " "}, "assessment_invalid", "assessed_by"),
        ({"assessed_by": 7}, "assessment_invalid", "assessed_by"),
        ({"assessed_by": "x" * 201}, "assessment_invalid", "assessed_by"),
        ({"assessed_at": None}, "assessment_invalid", "assessed_at"),
        ({"basis": ""}, "assessment_invalid", "basis"),
        ({"basis": ["x"]}, "assessment_invalid", "basis"),
        ({"assesed_by": "x"}, "assessment_invalid", "assesed_by"),
        ({"assessed_at": "yesterday"}, "date_invalid", "assessed_at"),
        ({"assessed_at": 20260301}, "date_invalid", "assessed_at"),
        ({"assessed_at": "2026-02-30"}, "date_invalid", "assessed_at"),
        ({"assessed_at": "2026-03-01T10:00:00"}, "date_invalid", "assessed_at"),
        ({"assessed_at": "2026-03-03"}, "date_invalid", "assessed_at"),
        ({"assessed_at": "2026-03-02T12:06:00+08:00"}, "date_invalid", "assessed_at"),
    ],
)
def test_an_assessment_that_cannot_be_used_is_refused_with_its_place(
    evaluate: Evaluate, changed: Json, code: str, path: str
) -> None:
    with pytest.raises(Problems) as refused:
        evaluate(_refused({**BY_DESK, **changed}))
    [error] = refused.value.errors
    assert (error.code, str(error.where)) == (code, f"facts.refusal_reasonable.{path}")


def test_a_judgment_without_a_value_is_refused(evaluate: Evaluate) -> None:
    with pytest.raises(Problems) as refused:
        evaluate(_refused({"assessed_by": "合规部", "assessed_at": "2026-03-01"}))
    assert [str(each.where) for each in refused.value.errors] == ["facts.refusal_reasonable.value"]


def test_the_value_is_typed_like_any_other(evaluate: Evaluate) -> None:
    with pytest.raises(Problems) as refused:
        evaluate(_refused({**BY_DESK, "value": "yes"}))
    assert refused.value.code == "fact_wrong_type"


def test_bare_judgments_of_a_worked_case_are_the_cases_own(small_law: Rulebook) -> None:
    check = read_check(
        _refused(True), small_law.law, small_law.reader, NOW, attributed_to="small.case"
    )
    assert {name: each.by for name, each in check.assessments.items()} == {
        "refusal_reasonable": "small.case"
    }


@pytest.fixture
def keeping(tmp_path: Path, small_law: Rulebook) -> Iterator[Application]:
    settings = Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path}/fanzha.db",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        }
    )
    upgrade(settings.database_url)
    records = open_records(settings)
    for institution in INSTITUTIONS.values():
        records.institutions.put(institution)
    yield Application(settings, small_law, records=records, clock=lambda: NOW)
    records.close()


def test_the_record_keeps_who_said_it(keeping: Application) -> None:
    id_ = keeping.evaluate(_refused(BY_DESK)).decision["id"]
    check = orjson.loads(keeping.records.decisions.get_record(id_).check_json)
    assert check["facts"]["refusal_reasonable"] is True
    assert check["assessments"] == {
        "refusal_reasonable": {"by": "合规部", "at": "2026-03-01", "basis": None}
    }
