"""`fanzha self-test`: judges worked cases, tells those that fail, and writes JUnit XML."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from fanzha.rulesets.folders import builtin_folder
from tests.cli.conftest import Run, as_json

WRONG = """
- id: draft.sixth_card
  title: {zh: 第六张卡, en: A sixth card}
  why: {zh: 期望有误, en: It expects the wrong thing}
  base: telecom.clean_registration
  check:
    facts: {phone_cards_held: 5}
  expect:
    outcome: compliant
"""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A folder of rules with nothing but a case, which fails."""
    folder = tmp_path / "draft"
    (folder / "atofl").mkdir(parents=True)
    (folder / "atofl" / "draft.cases.yaml").write_text(WRONG, encoding="utf-8")
    return folder


def test_cases_that_hold_leave_with_zero(run: Run) -> None:
    result = run("self-test", "nbpr", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("✓ all ")
    assert "全部成立" in run("self-test", "nbpr", "--lang", "zh").stdout


def test_as_json_it_is_one_document(run: Run) -> None:
    report = as_json(run("self-test", "nbpr", "--json"))
    assert report["passed"] is True
    assert report["totals"]["cases"] == len(report["cases"]) > 0
    assert all(each["place"].startswith("rulesets/nbpr/") for each in report["cases"])


def test_cases_of_a_folder_that_is_not_loaded_are_run_with_its_rules(run: Run, draft: Path) -> None:
    result = run("self-test", draft, "--lang", "en")
    assert result.exit_code == 1, result.output
    assert "draft.sixth_card" in result.stdout
    assert "draft/atofl/draft.cases.yaml:2:3" in result.stdout
    assert "cn.atofl.a10.p1.1: violated, which the case does not name" in result.stdout
    assert "phone_cards_held = 5" in result.stdout
    assert "1 cases, 1 of them fail" in result.stdout
    report = as_json(run("self-test", draft, "--json"))
    assert report["passed"] is False
    [case] = report["cases"]
    assert any(each.get("derivation") for each in case["failures"])


def test_a_built_in_folder_means_its_own_cases(run: Run) -> None:
    report = as_json(run("self-test", builtin_folder() / "nbpr", "--json"))
    named = as_json(run("self-test", "nbpr", "--json"))
    assert [each["id"] for each in report["cases"]] == [each["id"] for each in named["cases"]]


def test_junit_has_a_suite_for_each_file_and_the_failures(
    run: Run, draft: Path, tmp_path: Path
) -> None:
    file = tmp_path / "report.xml"
    assert run("self-test", draft, "--junit", file, "--lang", "en").exit_code == 1
    root = ElementTree.parse(file).getroot()
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    [suite] = root
    assert suite.get("name") == "draft/atofl/draft.cases.yaml"
    [case] = suite
    assert (case.get("name"), case.get("line")) == ("draft.sixth_card", "2")
    failure = case.find("failure")
    assert failure is not None
    assert "outcome: expected compliant, found non_compliant" in (failure.text or "")


def test_an_unknown_target_is_a_wrong_call(run: Run) -> None:
    result = run("self-test", "nbprr")
    assert result.exit_code == 2
    assert "[self_test_invalid]" in result.stderr
    assert "did you mean `nbpr`" in result.stderr


def test_a_folder_without_cases_is_a_wrong_call(run: Run, tmp_path: Path) -> None:
    assert run("self-test", tmp_path).exit_code == 2


def test_a_case_file_that_cannot_be_read_is_a_wrong_call(run: Run, draft: Path) -> None:
    (draft / "atofl" / "draft.cases.yaml").write_text("- idd: x\n", encoding="utf-8")
    result = run("self-test", draft)
    assert result.exit_code == 2
    assert "draft/atofl/draft.cases.yaml:1:3" in result.stderr
