"""Whatever goes wrong is told with code, place and hint in both languages, and leaves with 2."""

from __future__ import annotations

import os

import pytest

from tests.cli.conftest import Run, as_json


@pytest.mark.parametrize(
    ("arguments", "place", "chinese", "english"),
    [
        (["check"], "fanzha check", "缺少 `FILE`", "missing argument 'FILE'"),
        (["judge"], "fanzha", "judge", "no such command 'judge'"),
        (["check", "--lnag"], "fanzha check", "没有选项 `--lnag`", "no such option '--lnag'"),
        (["check", "--lang", "fr", "x"], "fanzha check", "`--lang` 的值不能使用", "'fr'"),
        (["check", "/nowhere.json"], "fanzha check", "`FILE` 的值不能使用", "'/nowhere.json'"),
        (["plugins", "list", "x"], "fanzha plugins list", "无法理解", "unexpected extra argument"),
        (["--nope"], "fanzha", "没有选项 `--nope`", "no such option '--nope'"),
    ],
)
def test_a_wrong_call_is_told_as_all_other_errors(
    run: Run, arguments: list[str], place: str, chinese: str, english: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0] == "错误 error [call_wrong] 命令用法有误 · Wrong call"
    assert lines[1] == f"  位置 at {place}"
    assert chinese in lines[2]
    assert english in lines[3]
    assert lines[4:] == [f"  → 用法见 {place} --help", f"  → see {place} --help"]


def test_a_wrong_call_that_asks_for_json_is_told_as_json(run: Run) -> None:
    result = run("check", "--json", "/nowhere.json")
    assert result.exit_code == 2
    assert [each["code"] for each in as_json(result)["errors"]] == ["call_wrong"]
    assert result.stderr == ""


@pytest.mark.parametrize("arguments", [[], ["rulesets"], ["keys"]])
def test_a_group_without_a_command_shows_its_help(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert "Commands:" in result.output
    assert "call_wrong" not in result.output


def test_a_setting_that_cannot_be_used_is_told(run: Run) -> None:
    result = run("db", "upgrade", FANZHA_DATABASE_ULR="sqlite://")
    assert result.exit_code == 2
    assert "[setting_invalid]" in result.stderr
    assert "FANZHA_DATABASE_URL" in result.stderr


def test_a_mistake_of_ours_does_not_look_like_a_finding(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("nobody expected this")

    monkeypatch.setattr(os, "execv", broken)
    result = run("serve")
    assert result.exit_code == 2
    assert "LookupError: nobody expected this" in result.stderr
