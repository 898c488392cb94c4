"""`fanzha plugins list`: what is installed, enabled or not, and where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, as_json


def test_enabled_and_other_plugins_are_listed(run: Run) -> None:
    rows = {
        each["name"]: each
        for each in as_json(run("plugins", "list", "--json", FANZHA_PLUGINS="banking"))["plugins"]
    }
    assert rows["banking"]["state"] == "enabled"
    assert "fanzha_domain" in rows["banking"]["hooks"]
    assert rows["telecom"]["state"] == "not_enabled"
    assert rows["telecom"]["hooks"] == []
    assert rows["banking"]["origin"] == "fanzha"


def test_the_table_says_it_in_both_languages(run: Run) -> None:
    result = run("plugins", "list", FANZHA_PLUGINS="banking")
    assert result.exit_code == 0
    assert "已启用 enabled" in result.stdout
    assert "未启用 not enabled" in result.stdout


def test_a_plugin_that_is_not_installed_is_told(run: Run) -> None:
    result = run("plugins", "list", FANZHA_PLUGINS="bankin")
    assert result.exit_code == 2
    assert "[plugin_invalid]" in result.stderr
    assert "bankin" in result.stderr


def test_each_row_says_what_a_plugin_brings(run: Run) -> None:
    (row,) = [
        each
        for each in as_json(run("plugins", "list", "--json", FANZHA_PLUGINS="telecom"))["plugins"]
        if each["enabled"]
    ]
    assert (row["prefix"], row["api"], row["state"]) == ("telecom", 1, "enabled")
    assert "cn.atofl.a10.p1.1" in row["obligations"]
    assert row["spent"] == {"calls": 0, "hanging": [], "total_ms": 0.0}


def test_a_new_plugin_is_made_and_can_be_checked_where_it_lies(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "lending"
    made = run("plugins", "new", "lending", "--standalone", folder)
    assert made.exit_code == 0, made.output
    assert f"{folder}/fanzha_lending/derived.py" in made.stdout
    assert f"fanzha plugins check {folder}" in made.stdout
    checked = as_json(run("plugins", "check", folder, "--json"))
    assert checked == {"name": "lending", "lacking": []}


def test_what_is_lacking_is_told_with_its_place(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "lending"
    run("plugins", "new", "lending", "--standalone", folder)
    rules = folder / "fanzha_lending" / "rules" / "lending_sample_rules"
    cases = rules / "application.cases.yaml"
    cases.write_text(cases.read_text("utf-8").replace("i1.1: violated", "i1.1: fulfilled"), "utf-8")
    result = run("plugins", "check", folder)
    assert result.exit_code == 1
    assert "[ruleset_case_missing]" in result.stderr
    assert "lending/lending_sample_rules/application.yaml:1:7" in result.stderr


def test_a_case_that_does_not_hold_is_lacking(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "lending"
    run("plugins", "new", "lending", "--standalone", folder)
    rules = folder / "fanzha_lending" / "rules" / "parameters" / "lending.yaml"
    rules.write_text(rules.read_text("utf-8").replace("value: 5000000", "value: 5000001"), "utf-8")
    result = run("plugins", "check", folder)
    assert result.exit_code == 1
    assert "[plugin_incomplete]" in result.stderr
    assert "case `lending.over_the_cap` does not hold" in result.stderr


def test_a_folder_of_rules_is_checked_too(run: Run, tmp_path: Path) -> None:
    run("plugins", "new", "lending", "--standalone", tmp_path / "made")
    rules = tmp_path / "made" / "fanzha_lending" / "rules"
    result = run("plugins", "check", rules)
    # It names a function that only its plugin brings.
    assert result.exit_code == 1
    assert "unknown function `lending_id_number_valid`" in result.stderr
    facts = rules / "facts" / "lending.yaml"
    text = facts.read_text("utf-8")
    facts.write_text(
        text.replace("  derived: {lending_id_number_valid: [lending_applicant_id_number]}\n", ""),
        "utf-8",
    )
    result = run("plugins", "check", rules)
    assert "case `lending.sound` does not hold" in result.stderr


@pytest.mark.parametrize("target", ["lendin", "."])
def test_what_is_no_plugin_cannot_be_checked(target: str, run: Run) -> None:
    result = run("plugins", "check", target)
    assert result.exit_code == 2
    assert "[plugin_invalid]" in result.stderr


def test_hooks_can_be_followed(run: Run) -> None:
    result = run("plugins", "list", "--json", FANZHA_PLUGINS="telecom", FANZHA_TRACE_HOOKS="1")
    assert "fanzha_domain of telecom: Domain(name='telecom'" in result.stderr
    assert as_json(result)["plugins"]
