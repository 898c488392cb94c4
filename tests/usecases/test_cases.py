"""Worked cases hold exactly what they say, and tell each difference in a sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from fanzha.errors import RulesetError
from fanzha.rulesets.folders import RuleFolder
from fanzha.usecases.cases import Case, read_cases
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.self_test import run_case
from tests.usecases.small_checks import SOUND_SALE, Json

OVER_CAP: Json = {
    "outcome": "non_compliant",
    "statuses": {"small.a1": "violated"},
    "liabilities": {"firm": ["small.l1", "small.l4"], "possible": ["small.l3"]},
}


def _sound(**case: Any) -> Json:
    return {
        "id": "testing.sound",
        "title": {"zh": "合规售票", "en": "A sound sale"},
        "why": {"zh": "各项已履行", "en": "Everything was done"},
        "check": {
            "domain": "testing",
            "check_type": "sale",
            "stage": "done",
            "roles": ["seller"],
            "occurred_at": "2026-03-02T10:00:00+08:00",
            "facts": dict(SOUND_SALE),
        },
        "expect": {"outcome": "compliant"},
        **case,
    }


def _over_sound(facts: Json, expect: Json, **check: Any) -> Json:
    over: Json = {
        "id": "testing.changed",
        "title": {"zh": "变化", "en": "Changed"},
        "why": {"zh": "变化", "en": "Changed"},
        "base": "testing.sound",
        "check": {"facts": facts, **check},
        "expect": expect,
    }
    return over


def _write(path: Path, *cases: Json) -> None:
    # By way of JSON, so that what two cases share is written out twice and not as an alias.
    plain = json.loads(json.dumps(cases))
    path.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")


def _read(tmp_path: Path, *cases: Json) -> list[Case]:
    folder = tmp_path / "small_act"
    folder.mkdir()
    _write(folder / "sales.cases.yaml", *cases)
    return read_cases([RuleFolder("rules", tmp_path)])


def _told(case: Case, law: Rulebook) -> list[str]:
    return [each.message.en for each in run_case(case, law).failures]


def _failures(tmp_path: Path, law: Rulebook, facts: Json, expect: Json, **check: Any) -> list[str]:
    _, changed = _read(tmp_path, _sound(), _over_sound(facts, expect, **check))
    return _told(changed, law)


def test_a_case_that_holds_has_no_failures(tmp_path: Path, small_law: Rulebook) -> None:
    [case] = _read(tmp_path, _sound())
    assert _told(case, small_law) == []
    assert case.place == "rules/small_act/sales.cases.yaml:1:3"


def test_facts_are_laid_over_those_of_the_base(tmp_path: Path, small_law: Rulebook) -> None:
    assert _failures(tmp_path, small_law, {"tickets_held": 5}, OVER_CAP) == []


def test_null_takes_a_fact_of_the_base_away(tmp_path: Path, small_law: Rulebook) -> None:
    expect = {"outcome": "undetermined", "statuses": {"small.a1": "undetermined"}}
    assert _failures(tmp_path, small_law, {"tickets_held": None}, expect) == []


def test_a_base_may_stand_on_another(tmp_path: Path, small_law: Rulebook) -> None:
    further = _over_sound({"buyer_warned": False}, {}) | {
        "id": "testing.further",
        "base": "testing.changed",
        "expect": OVER_CAP | {"statuses": {"small.a1": "violated", "small.a7": "violated"}},
    }
    *_, case = _read(tmp_path, _sound(), _over_sound({"tickets_held": 5}, OVER_CAP), further)
    assert case.check["facts"]["tickets_held"] == 5
    assert _told(case, small_law) == []


def test_a_base_may_stand_in_another_file(tmp_path: Path, small_law: Rulebook) -> None:
    other = tmp_path / "later_rule"
    other.mkdir()
    changed = _over_sound({"tickets_held": 5}, OVER_CAP)
    _write(other / "sales.cases.yaml", changed)
    cases = {each.id: each for each in _read(tmp_path, _sound())}
    assert _told(cases["testing.changed"], small_law) == []


def test_the_time_of_knowledge_follows_the_time_of_the_act(tmp_path: Path) -> None:
    sound = _sound()
    sound["check"]["known_at"] = "2026-03-05T10:00:00+08:00"
    moved = _over_sound({}, {}, occurred_at="2026-04-01T10:00:00+08:00")
    base, case = _read(tmp_path, sound, moved)
    assert base.check["known_at"] == "2026-03-05T10:00:00+08:00"
    assert case.check["known_at"] == "2026-04-01T10:00:00+08:00"


@pytest.mark.parametrize(
    ("facts", "expect", "told"),
    [
        ({}, {"outcome": "non_compliant"}, "outcome: expected non_compliant, found compliant"),
        ({}, {"advice": "proceed"}, "advice: expected proceed, found None"),
        (
            {},
            {"statuses": {"small.a1": "violated"}},
            "small.a1: expected violated, found fulfilled "
            "(facts {'sold': True, 'tickets_held': 1})",
        ),
        (
            {},
            {"statuses": {"small.a99": "fulfilled"}},
            "small.a99: expected fulfilled, found not in scope",
        ),
        (
            {"buyer_warned": False},
            {},
            "small.a7: violated, which the case does not name (facts "
            "{'buyer_warned': False, 'sold': True})",
        ),
        (
            {"tickets_held": None},
            {},
            "small.a1: undetermined, which the case does not name "
            "(needs one of [['tickets_held']])",
        ),
        (
            {"tickets_held": 5},
            {**OVER_CAP, "liabilities": {"firm": ["small.l1", "small.l4"]}},
            "possible liabilities: expected [], found ['small.l3']",
        ),
        (
            {},
            {"liabilities": {"firm": ["small.l2"]}},
            "firm liabilities: expected ['small.l2'], found []",
        ),
        ({}, {"exposure": {"max_fen": 1}}, "exposure.max_fen: expected 1, found 0"),
        (
            {},
            {"error": "element_contradicted"},
            "error: expected element_contradicted, but the check was accepted",
        ),
        (
            {"buyer_verified": False},
            {"outcome": "compliant"},
            "the check was refused: element_contradicted",
        ),
    ],
)
def test_each_difference_is_told(
    tmp_path: Path, small_law: Rulebook, facts: Json, expect: Json, told: str
) -> None:
    [failure] = _failures(tmp_path, small_law, facts, expect)
    assert failure.startswith(told)


def test_a_case_may_expect_a_refusal(tmp_path: Path, small_law: Rulebook) -> None:
    expect = {"error": "element_contradicted"}
    assert _failures(tmp_path, small_law, {"buyer_verified": False}, expect) == []


def test_a_role_that_is_not_declared_is_told(tmp_path: Path, small_law: Rulebook) -> None:
    [failure] = _failures(tmp_path, small_law, {}, {}, roles=["sellr"])
    assert re.search("unknown role `sellr`.*`seller`", failure)


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (_sound(), "stands twice"),
        (_over_sound({}, {}) | {"base": "testing.sond"}, "no case `testing.sond` to build on"),
        (_over_sound({}, {}) | {"base": "testing.changed"}, "to build on"),
        (_over_sound({}, {"outcme": "compliant"}), "outcme"),
        (_over_sound({}, {"liabilities": {"frm": []}}), "frm"),
        (_over_sound({}, {}, institution="x"), "institution"),
    ],
)
def test_a_mistake_in_a_case_file_is_refused_with_its_place(
    tmp_path: Path, second: Json, told: str
) -> None:
    with pytest.raises(RulesetError, match=re.escape(told)) as caught:
        _read(tmp_path, _sound(), second)
    assert str(caught.value.where).startswith("rules/small_act/sales.cases.yaml:")
