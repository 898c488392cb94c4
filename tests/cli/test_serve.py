"""`fanzha serve`: hands the process over to gunicorn, with a demonstration where one is asked."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from fanzha.records import open_records
from fanzha.settings import Settings
from tests.cli.conftest import EXAMPLES, Run


@pytest.fixture
def taken_over(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that would have taken this process over."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, command: commands.append(command))
    return commands


def test_gunicorn_takes_the_process_over(run: Run, taken_over: list[list[str]]) -> None:
    assert run("serve", "--bind", "127.0.0.1:8123", "--workers", "3").exit_code == 0
    [command] = taken_over
    assert command[1:3] == ["-m", "gunicorn"]
    assert command[command.index("--bind") + 1] == "127.0.0.1:8123"
    assert command[command.index("--workers") + 1] == "3"
    assert command[-1] == "fanzha.wsgi:create()"


def test_without_an_address_it_listens_where_the_settings_say(
    run: Run, taken_over: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANZHA_HOST", "127.0.0.2")
    monkeypatch.setenv("FANZHA_PORT", "8124")
    assert run("serve").exit_code == 0
    [command] = taken_over
    assert command[command.index("--bind") + 1] == "127.0.0.2:8124"


def test_a_demonstration_has_institutions_keys_and_lines_to_paste(
    run: Run, taken_over: list[list[str]], environment: dict[str, str]
) -> None:
    result = run("serve", "--demo", "--bind", "127.0.0.1:8123")
    assert result.exit_code == 0, result.output
    assert len(taken_over) == 1
    lines = [line for line in result.stdout.splitlines() if line.startswith("curl ")]
    records = open_records(Settings.from_environment(environment))
    try:
        keys = [re.search(r"Bearer (fz_\S+)'", line) for line in lines]
        institutions = [records.keys.institution_of(key[1]) for key in keys if key]
        assert institutions == ["telecom-001", "bank-001", "payments-001", "internet-001"]
    finally:
        records.close()
    for line, institution in zip(lines, institutions, strict=True):
        assert "http://127.0.0.1:8123/v1/checks" in line
        posted = Path(line.rpartition("-d @")[2])
        assert posted.resolve().is_relative_to(EXAMPLES.resolve())
        assert json.loads(posted.read_bytes())["institution"] == institution


@pytest.mark.parametrize("workers", ["0", "65", "many"])
def test_a_number_of_workers_that_makes_no_sense_is_a_wrong_call(
    run: Run, taken_over: list[list[str]], workers: str
) -> None:
    assert run("serve", "--workers", workers).exit_code == 2
    assert taken_over == []


def test_a_setting_that_the_server_cannot_use_is_told_before_it_starts(
    run: Run, taken_over: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "two")
    result = run("serve")
    assert result.exit_code == 2
    assert "`two` is not a whole number" in result.stderr
    assert taken_over == []
