"""`fanzha audit`, `purge`, `digests` and what the record says of reads, from the command line."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import NEW_CARD, SIXTH_CARD, Run, as_json


@pytest.fixture
def kept(registered: Run) -> str:
    """The id of a stored decision."""
    id_: str = as_json(registered("check", SIXTH_CARD, "--record", "--json"))["id"]
    registered("check", NEW_CARD, "--record")
    return id_


def _attack(tmp_path: Path, statement: str, *values: Any) -> None:
    connection = sqlite3.connect(tmp_path / "fanzha.db")
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_an_intact_record_leaves_with_nothing_found(registered: Run, kept: str) -> None:
    result = registered("audit", "verify")
    assert result.exit_code == 0
    assert "intact: 2 chains, 2 decisions" in result.stdout
    told = as_json(registered("audit", "verify", "--json"))
    assert (told["intact"], told["heads"]) == (True, 2)
    assert "记录完整" in registered("audit", "verify", "--lang", "zh").stdout


def test_the_first_break_is_named_with_institution_number_and_record(
    registered: Run, kept: str, tmp_path: Path
) -> None:
    _attack(tmp_path, "UPDATE decisions SET outcome = 'compliant' WHERE id = ?", kept)
    result = registered("audit", "verify")
    assert result.exit_code == 1
    assert "[changed]" in result.stdout
    assert kept in result.stdout
    told = as_json(registered("audit", "verify", "--json"))
    assert told["broken"]["subject"] == kept
    assert registered("audit", "verify", "--institution", "bank-001").exit_code == 0
    assert registered("audit", "verify", "--to", "2020-01-01").exit_code == 0


def test_a_head_that_is_cut_off_is_told_on_standard_error(
    registered: Run, kept: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    heads = tmp_path / "heads.jsonl"
    heads.write_bytes(heads.read_bytes() + heads.read_bytes()[:100])
    # A process of its own: within this one pytest takes what is logged.
    command = [sys.executable, "-m", "fanzha", "audit", "verify", "--json"]
    result = subprocess.run(command, env={**os.environ, **environment}, capture_output=True)
    assert result.returncode == 0
    told = orjson.loads(result.stdout)
    assert (told["intact"], told["heads"]) == (True, 2)
    (line,) = result.stderr.decode().splitlines()
    assert f"{heads} 第 3 行不完整" in line
    assert f"line 3 of {heads} is cut off" in line


@pytest.mark.parametrize(
    "arguments", [("--from", "yesterday"), ("--heads", "/nowhere"), ("--key", __file__)]
)
def test_a_wrong_call_is_no_finding(arguments: tuple[str, str], registered: Run, kept: str) -> None:
    assert registered("audit", "verify", *arguments).exit_code == 2


def test_an_export_is_checked_with_the_public_key_alone(
    registered: Run, kept: str, tmp_path: Path, run: Run
) -> None:
    file, key = tmp_path / "out.jsonl", tmp_path / "public.pem"
    exported = registered(
        "audit", "export", "--institution", "telecom-001", "--output", file, "--purpose", "court"
    )
    assert exported.exit_code == 0
    key.write_text(registered("audit", "key").stdout)
    (tmp_path / "fanzha.db").unlink()
    assert run("audit", "verify-file", file, "--key", key).exit_code == 0
    file.write_bytes(file.read_bytes().replace(b'"non_compliant"', b'"compliant"'))
    found = run("audit", "verify-file", file, "--key", key, "--json")
    assert found.exit_code == 1
    assert as_json(found)["broken"]["subject"] == kept
    file.write_text("no export")
    assert run("audit", "verify-file", file, "--key", key).exit_code == 2


def test_an_export_overwrites_nothing(registered: Run, kept: str, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text("mine")
    result = registered("audit", "export", "--institution", "telecom-001", "--output", file)
    assert result.exit_code == 2
    assert file.read_text() == "mine"


def test_reads_at_the_terminal_are_recorded_with_their_purpose(registered: Run, kept: str) -> None:
    registered("decisions", "show", kept, "--purpose", "a complaint")
    registered("decisions", "list")
    told = as_json(registered("decisions", "reads", kept, "--json"))["reads"]
    assert [(each["way"], each["purpose"]) for each in told] == [
        ("show", "a complaint"),
        ("list", None),
    ]
    assert all(each["read_by"].startswith("terminal:") for each in told)
    shown = registered("decisions", "reads", kept, COLUMNS="160")
    assert "a complaint" in shown.stdout
    assert registered("decisions", "reads", "nothing").exit_code == 2


def test_a_purge_counts_first_and_leaves_a_record_that_verifies(registered: Run, kept: str) -> None:
    assert registered("purge", "--before", "2100-01-01").exit_code == 2
    assert as_json(registered("purge", "--before", "2020-01-01", "--json"))["purged"] == {}
    later = datetime.now(UTC).isoformat()
    dry = as_json(registered("purge", "--before", later, "--dry-run", "--json"))
    assert dry["purged"] == {"telecom-001": 2}
    assert as_json(registered("purge", "--before", later, "--json"))["purged"] == {"telecom-001": 2}
    gone = registered("decisions", "show", kept)
    assert gone.exit_code == 2
    assert "[decision_purged]" in gone.stderr
    verified = registered("audit", "verify")
    assert verified.exit_code == 0
    assert "2 of them purged" in verified.stdout


def test_a_decision_is_replayed_by_the_rules_of_then(registered: Run, kept: str) -> None:
    result = registered("decisions", "replay", kept)
    assert result.exit_code == 0, result.stdout
    assert "the same: non_compliant" in result.stdout
    told = as_json(registered("decisions", "replay", kept, "--json"))
    assert (told["same"], told["changed_rule_files"]) == (True, [])
    assert registered("decisions", "replay", "nothing").exit_code == 2


def test_a_replay_that_differs_is_a_finding(registered: Run, kept: str, tmp_path: Path) -> None:
    _attack(
        tmp_path,
        "UPDATE decisions SET answer_json = CAST(replace(CAST(answer_json AS TEXT),"
        ' \'"status":"violated"\', \'"status":"fulfilled"\') AS BLOB) WHERE id = ?',
        kept,
    )
    result = registered("decisions", "replay", kept, COLUMNS="200")
    assert result.exit_code == 1
    assert "cn.atofl.a10.p1.1" in result.stdout


def test_a_new_digest_key_leaves_the_old_one_beside_it(
    registered: Run, kept: str, tmp_path: Path
) -> None:
    before = as_json(registered("digests", "keys", "--json"))
    changed = as_json(registered("digests", "rotate", "--json"))
    after = as_json(registered("digests", "keys", "--json"))
    assert changed["before"] == before["newest"]
    assert after == {"keys": [changed["before"], changed["after"]], "newest": changed["after"]}
    files = sorted(each.name for each in tmp_path.glob("secret.key*"))
    assert files == ["secret.key", f"secret.key.{changed['before']}"]
    assert all((tmp_path / each).stat().st_mode & 0o077 == 0 for each in files)
    assert registered("decisions", "replay", kept).exit_code == 0
