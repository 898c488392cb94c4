"""The plugin of pytest collects worked cases anywhere, under the law with their own rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fanzha.rulesets.folders import builtin_folder

HOLDS = """
- id: own.first
  title: {zh: 自带的基础, en: Built on a case of the law}
  why: {zh: 在自带案例之上, en: It stands on a built-in case}
  base: telecom.clean_registration
  expect: {outcome: compliant}
"""
FAILS = """
- id: own.second
  title: {zh: 期望有误, en: Expects the wrong thing}
  why: {zh: 第六张卡, en: A sixth card}
  base: telecom.clean_registration
  check:
    facts: {phone_cards_held: 5}
  expect: {outcome: compliant}
"""
BUNDLE = """
name: own
prefix: own
title: {zh: 自有规则, en: Own rules}
version: "1"
issuer: {zh: 示例机关, en: Example authority}
"""
INSTRUMENT = """
key: own_notice
abbreviation: "Own Notice"
title: {zh: 自有通知, en: Own notice}
issuer: {zh: 示例机关, en: Example authority}
rank: normative_document
in_force: {from: 2026-01-01}
grade: A
"""
RULE = """
- id: own.i1.1
  cites: ["Own Notice item 1"]
  modality: prohibition
  nature: act
  binds: [telecom_operator]
  check_types: [telecom/phone_card_registration]
  title: {zh: 至多两张, en: No more than two}
  duty: {zh: 至多两张。, en: No more than two.}
  applies: phone_service_opened
  violated: phone_cards_held > 1
  remedy: {zh: 不再办理。, en: Open no more.}
"""
OWN_RULE_HOLDS = """
- id: own.third_card
  title: {zh: 第三张卡, en: A third card}
  why: {zh: 超过自有上限, en: Over the own cap}
  base: telecom.clean_registration
  check:
    facts: {phone_cards_held: 2}
  expect:
    outcome: non_compliant
    statuses: {own.i1.1: violated}
- id: own.first_card
  title: {zh: 第一张卡, en: A first card}
  why: {zh: 未超过, en: Not over it}
  base: telecom.clean_registration
  check:
    facts: {phone_cards_held: 1}
  expect:
    outcome: compliant
    statuses: {own.i1.1: fulfilled}
"""


def _pytest(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder of its own, with no other plugin than this one."""
    configuration = _write(folder / "pytest.ini", "[pytest]\n")
    environ = {key: each for key, each in os.environ.items() if not key.startswith("PYTEST")}
    environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-p", "fanzha.testing.pytest_plugin", "-p", "no:cacheprovider", "-v"]
    places = ["-c", configuration, "--rootdir", folder, *arguments]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *map(str, places)],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_cases_in_any_folder_are_tests_and_failures_tell_themselves(tmp_path: Path) -> None:
    _write(tmp_path / "compliance" / "own.cases.yaml", HOLDS + FAILS)
    # Other YAML of a repository is none of our business.
    _write(tmp_path / "settings.yaml", "a: 1\n")
    ran = _pytest(tmp_path)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "first PASSED" in ran.stdout
    assert "second FAILED" in ran.stdout
    assert "compliance/own.cases.yaml:8:3: 期望有误 · Expects the wrong thing" in ran.stdout
    assert "outcome: expected compliant, found non_compliant" in ran.stdout
    assert "Traceback" not in ran.stdout


def test_the_rules_that_cases_lie_beside_are_part_of_the_law(tmp_path: Path) -> None:
    folder = tmp_path / "rules" / "own_notice"
    _write(folder.parent / "bundle.yaml", BUNDLE)
    _write(folder / "instrument.yaml", INSTRUMENT)
    _write(folder / "cards.yaml", RULE)
    _write(folder / "cards.cases.yaml", OWN_RULE_HOLDS)
    ran = _pytest(tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "third_card PASSED" in ran.stdout


def test_a_file_that_cannot_be_read_is_an_error_with_its_place(tmp_path: Path) -> None:
    _write(tmp_path / "compliance" / "own.cases.yaml", "- idd: own.first\n")
    ran = _pytest(tmp_path)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "own.cases.yaml:1:3: unknown key `idd`" in ran.stdout


def test_without_cases_nothing_is_collected_and_no_law_is_opened(tmp_path: Path) -> None:
    _write(tmp_path / "test_other.py", "def test_other(): pass\n")
    ran = _pytest(tmp_path, "test_other.py")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout


def test_built_in_cases_can_be_run_by_their_file(tmp_path: Path) -> None:
    ran = _pytest(tmp_path, "-q", builtin_folder() / "nbpr")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_it_is_an_entry_point_of_the_distribution() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert '[project.entry-points.pytest11]\nfanzha = "fanzha.testing.pytest_plugin"' in text
