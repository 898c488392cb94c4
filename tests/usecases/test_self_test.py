"""A self-test runs the cases that are meant, in their order, and explains those that fail."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fanzha.engine import Status
from fanzha.errors import WrongSelfTest
from fanzha.rulesets.folders import builtin_folder
from fanzha.usecases.cases import Case, judge_case, read_cases
from fanzha.usecases.judged_duty import JudgedDuty
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.self_test import (
    differing_statuses,
    report_of,
    run_case,
    run_cases,
    select_cases,
    select_cases_in,
)

OVER_CAP = "cn.atofl.a10.p1.1"


@pytest.fixture(scope="module")
def cases(rulebook: Rulebook) -> list[Case]:
    return read_cases(rulebook.folders)


@pytest.fixture
def clean(cases: list[Case]) -> Case:
    return next(each for each in cases if each.id == "telecom.clean_registration")


def test_without_a_target_all_cases_are_meant(cases: list[Case], rulebook: Rulebook) -> None:
    assert select_cases(cases, None, rulebook) == cases


def test_a_domain_means_the_cases_of_its_checks(cases: list[Case], rulebook: Rulebook) -> None:
    chosen = select_cases(cases, "payments", rulebook)
    assert {each.domain for each in chosen} == {"payments"}
    assert len({each.instrument for each in chosen}) > 1


def test_a_ruleset_means_the_cases_that_lie_beside_it(
    cases: list[Case], rulebook: Rulebook
) -> None:
    chosen = select_cases(cases, "atofl", rulebook)
    assert {each.instrument for each in chosen} == {"atofl"}
    assert len({each.domain for each in chosen}) > 1


def test_a_folder_means_the_cases_in_it(cases: list[Case], rulebook: Rulebook) -> None:
    chosen = select_cases_in(cases, builtin_folder() / "atofl")
    assert chosen == select_cases(cases, "atofl", rulebook)
    assert select_cases_in(cases, builtin_folder()) == cases


def test_cases_of_a_plugin_that_is_not_enabled_are_left_out(
    cases: list[Case], clean: Case, small_law: Rulebook
) -> None:
    own = dataclasses.replace(clean, check={**clean.check, "domain": "testing"})
    assert select_cases([*cases, own], None, small_law) == [own]
    with pytest.raises(WrongSelfTest, match="has no worked cases"):
        select_cases(cases, None, small_law)


def test_a_misspelt_domain_of_a_case_is_not_left_out(clean: Case, rulebook: Rulebook) -> None:
    misspelt = dataclasses.replace(clean, check={**clean.check, "domain": "telecm"})
    assert select_cases([misspelt], None, rulebook) == [misspelt]
    [failure] = run_case(misspelt, rulebook).failures
    assert failure.message.en.startswith("the check was refused: domain_unknown")


def test_an_unknown_target_is_refused_with_the_nearest_one(
    cases: list[Case], rulebook: Rulebook
) -> None:
    with pytest.raises(WrongSelfTest, match="did you mean `atofl`"):
        select_cases(cases, "atoffl", rulebook)


def test_a_test_that_would_test_nothing_is_refused(
    cases: list[Case], rulebook: Rulebook, tmp_path: Path
) -> None:
    with pytest.raises(WrongSelfTest, match="`apl` has no worked cases"):
        select_cases(cases, "apl", rulebook)
    with pytest.raises(WrongSelfTest, match="has no worked cases"):
        select_cases_in(cases, tmp_path)


def test_a_failure_names_the_obligation_its_facts_and_how_it_came_about(
    clean: Case, rulebook: Rulebook
) -> None:
    facts = {**clean.check["facts"], "phone_cards_held": 5}
    case = dataclasses.replace(clean, check={**clean.check, "facts": facts})
    failures = {each.obligation: each for each in run_case(case, rulebook).failures}
    failure = failures[OVER_CAP]
    assert failure.message.en.startswith(f"{OVER_CAP}: expected fulfilled, found violated")
    assert failure.message.zh.startswith(f"{OVER_CAP}：期望 fulfilled，实际 violated")
    assert failure.facts is not None
    assert failure.facts["phone_cards_held"] == 5
    assert failure.derivation is not None
    assert failure.derivation["violated"]["truth"] is True
    assert {each["fact"] for each in failure.derivation["facts"]} >= {"phone_cards_held"}
    shown = failure.as_json()
    assert shown.keys() == {"message", "obligation", "title", "facts", "derivation"}


def test_a_failure_for_want_of_facts_names_them(clean: Case, rulebook: Rulebook) -> None:
    facts = {key: each for key, each in clean.check["facts"].items() if key != "phone_cards_held"}
    case = dataclasses.replace(clean, check={**clean.check, "facts": facts})
    failures = {each.obligation: each for each in run_case(case, rulebook).failures}
    assert failures[OVER_CAP].needs == (("phone_cards_held",),)
    assert failures[OVER_CAP].as_json()["needs"] == [["phone_cards_held"]]


@pytest.mark.parametrize(
    ("facts", "claimed"),
    [
        ({}, Status.VIOLATED),
        ({"phone_cards_held": 5}, Status.FULFILLED),
        ({"phone_service_opened": False}, Status.FULFILLED),
        ({"phone_service_opened": False}, Status.VIOLATED),
    ],
)
def test_a_status_that_its_conditions_do_not_bear_out_fails(
    clean: Case, rulebook: Rulebook, facts: dict[str, object], claimed: Status
) -> None:
    case = dataclasses.replace(
        clean, check={**clean.check, "facts": {**clean.check["facts"], **facts}}
    )
    judgement, decision = judge_case(case, rulebook)
    [duty] = [each for each in judgement.duties if each.obligation.id == OVER_CAP]
    true = dataclasses.replace(judgement, duties=(duty,))
    assert list(differing_statuses({OVER_CAP: duty.status.value}, true, decision, rulebook)) == []
    false = dataclasses.replace(judgement, duties=(JudgedDuty(duty.obligation, claimed),))
    [failure] = differing_statuses({OVER_CAP: claimed.value}, false, decision, rulebook)
    assert "its conditions say otherwise" in failure.message.en


def test_a_case_that_breaks_fails_and_the_others_go_on(clean: Case, rulebook: Rulebook) -> None:
    broken = dataclasses.replace(clean, check={**clean.check, "known_at": None})
    first, second = run_cases([broken, clean], rulebook)
    assert [each.message.en for each in first.failures] == ["the case could not be run: TypeError"]
    assert second.passed


def test_the_report_counts_and_keeps_the_order(cases: list[Case], rulebook: Rulebook) -> None:
    chosen = select_cases(cases, "nbpr", rulebook)
    wrong = dataclasses.replace(chosen[0], expect={"outcome": "error"})
    report = report_of(list(run_cases([wrong, *chosen[1:]], rulebook)), rulebook, "nbpr")
    assert report["target"] == "nbpr"
    assert not report["passed"]
    assert report["totals"]["cases"] == len(chosen)
    assert report["totals"]["failed"] == 1
    assert report["totals"]["passed"] == len(chosen) - 1
    assert [each["id"] for each in report["cases"]] == [each.id for each in chosen]
    assert report["cases"][0]["place"].startswith("rulesets/nbpr/")
    assert report["bundles"] == rulebook.bundles
