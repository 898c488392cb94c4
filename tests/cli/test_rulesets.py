"""`fanzha rulesets`: checks rule files with every mistake at once, and lists what is loaded."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run, as_json


def _draft(tmp_path: Path, facts: str) -> Path:
    """A folder of rules with these facts."""
    folder = tmp_path / "draft"
    (folder / "facts").mkdir(parents=True)
    (folder / "bundle.yaml").write_text(
        'name: draft\nprefix: draft\nversion: "1.0"\n'
        "title: {zh: 草稿, en: Draft}\nissuer: {zh: 机关, en: Authority}\n",
        encoding="utf-8",
    )
    (folder / "facts" / "more.yaml").write_text(facts, encoding="utf-8")
    return folder


def test_sound_rules_are_counted(run: Run) -> None:
    result = run("rulesets", "check")
    assert result.exit_code == 0, result.output
    assert "规则文件无误 · the rule files are valid" in result.stdout
    told = as_json(run("rulesets", "check", "--json"))
    assert told["valid"] is True
    assert told["counts"]["obligations"] > 100


def test_every_mistake_is_told_with_its_place_and_leaves_with_one(run: Run, tmp_path: Path) -> None:
    folder = _draft(
        tmp_path,
        "draft_one: {type: booleann, title: {zh: 一, en: One}}\n"
        "draft_two: {type: boolean, titlee: {zh: 二, en: Two}}\n",
    )
    result = run("rulesets", "check", folder)
    assert result.exit_code == 1
    assert "draft/facts/more.yaml:1:19" in result.stderr
    assert "draft/facts/more.yaml:2:" in result.stderr
    assert result.stdout == ""
    told = run("rulesets", "check", folder, "--json")
    assert told.exit_code == 1
    assert len(as_json(told)["errors"]) >= 2
    assert told.stderr == ""


def test_further_sound_rules_are_counted_with_the_others(run: Run, tmp_path: Path) -> None:
    folder = _draft(tmp_path, "draft_new: {type: boolean, title: {zh: 一, en: One}}\n")
    before = as_json(run("rulesets", "check", "--json"))["counts"]
    after = as_json(run("rulesets", "check", folder, "--json"))["counts"]
    assert after == {**before, "facts": before["facts"] + 1}


def test_a_folder_that_is_not_there_is_a_wrong_call(run: Run) -> None:
    result = run("rulesets", "check", "/nowhere")
    assert result.exit_code == 2
    assert "[call_wrong]" in result.stderr


def test_instruments_are_listed_with_their_dates_and_bundles(run: Run) -> None:
    told = as_json(run("rulesets", "list", "--json"))
    atofl = next(each for each in told["instruments"] if each["key"] == "atofl")
    assert atofl["in_force"] == {"from": "2022-12-01", "to": None}
    assert atofl["obligations"] > 0
    assert {len(each["digest"]) for each in told["bundles"]} == {64}
    # Narrow columns break a title; the words are there all the same.
    english = "".join(run("rulesets", "list", "--lang", "en").stdout.split())
    assert "ATOFL" in english
    assert told["bundles"][0]["digest"] in english
    chinese = run("rulesets", "list", "--lang", "zh").stdout
    assert "2022-12-01" in chinese
    assert "中华人民共和国" in chinese


def test_a_folder_that_does_not_say_who_it_is_is_refused(run: Run, tmp_path: Path) -> None:
    result = run("rulesets", "check", tmp_path)
    assert result.exit_code == 1
    assert "[ruleset_bundle_missing]" in result.stderr
