"""`fanzha keys`: a key is shown once, alone on standard output; the rest is listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanzha.model.access import SCOPES, KeyKind
from tests.cli.conftest import Run, as_json


def test_the_key_stands_alone_on_standard_output(registered: Run) -> None:
    result = registered("keys", "create", "bank-001", "--title", "core banking")
    assert result.exit_code == 0
    [key] = result.stdout.splitlines()
    assert key.startswith("fz_")
    assert "keep it safe" in result.stderr


def test_json_names_the_institution(registered: Run) -> None:
    told = as_json(registered("keys", "create", "bank-001", "--json"))
    assert told["scopes"] == sorted(SCOPES[KeyKind.INSTITUTION])
    assert (told["kind"], told["institution"]) == ("institution", "bank-001")


def test_an_operators_key_names_no_institution(registered: Run) -> None:
    told = as_json(registered("keys", "create", "--operator", "--title", "desk", "--json"))
    assert (told["kind"], told["institution"]) == ("operator", None)
    assert told["key"].startswith("fz_")


@pytest.mark.parametrize(
    "arguments", [(), ("bank-001", "--operator"), ("--auditor", "--regulator", "pbc")]
)
def test_a_key_is_for_an_institution_or_for_an_operator(
    registered: Run, arguments: tuple[str, ...]
) -> None:
    result = registered("keys", "create", *arguments)
    assert result.exit_code == 2
    assert "it takes an institution or --operator" in result.stderr


def test_the_key_is_not_kept_in_clear(registered: Run, tmp_path: Path) -> None:
    key = as_json(registered("keys", "create", "bank-001", "--json"))["key"]
    for path in tmp_path.glob("fanzha.db*"):
        assert key.encode() not in path.read_bytes()


def test_nobody_gets_a_key_who_is_not_registered(registered: Run) -> None:
    result = registered("keys", "create", "nobody")
    assert result.exit_code == 2
    assert "[institution_unknown]" in result.stderr
    assert result.stdout == ""


def test_a_regulators_key_names_whom_it_acts_for(registered: Run) -> None:
    told = as_json(registered("keys", "create", "--regulator", "pbc", "--json"))
    assert (told["kind"], told["supervisor"]) == ("regulator", "pbc")


def test_a_supervisor_of_nobody_is_pointed_out(registered: Run) -> None:
    result = registered("keys", "create", "--regulator", "PBOC")
    assert result.exit_code == 0
    assert "no institution is registered under the supervisor PBOC" in result.stderr


def test_scopes_make_a_key_narrower(registered: Run) -> None:
    options = ("--scope", "checks:write", "--scope", "decisions:read", "--json")
    told = as_json(registered("keys", "create", "bank-001", *options))
    assert told["scopes"] == ["checks:write", "decisions:read"]


def test_a_scope_that_the_kind_never_has_is_refused(registered: Run) -> None:
    result = registered("keys", "create", "--auditor", "--scope", "checks:write")
    assert result.exit_code == 2
    assert "[key_request_invalid]" in result.stderr


def test_the_last_day_of_a_key_is_included_and_chinas(registered: Run) -> None:
    told = as_json(registered("keys", "create", "--auditor", "--expires", "2099-12-31", "--json"))
    assert told["expires_at"] == "2100-01-01T00:00:00+08:00"


def test_a_day_that_has_passed_is_refused(registered: Run) -> None:
    result = registered("keys", "create", "--auditor", "--expires", "2020-01-01")
    assert result.exit_code == 2
    assert "[key_request_invalid]" in result.stderr


def test_keys_are_listed_without_themselves(registered: Run) -> None:
    key = as_json(registered("keys", "create", "bank-001", "--title", "core", "--json"))["key"]
    result = registered("keys", "list", "--json")
    [kept] = as_json(result)["keys"]
    assert (kept["institution"], kept["title"], kept["revoked_at"]) == ("bank-001", "core", None)
    assert key not in result.stdout
    assert kept["id"] in registered("keys", "list").stdout


def test_a_key_is_replaced_and_the_old_one_ends(registered: Run) -> None:
    old = as_json(registered("keys", "create", "bank-001", "--title", "core", "--json"))
    new = as_json(registered("keys", "rotate", old["id"], "--grace-hours", "2", "--json"))
    assert new["key"] != old["key"]
    assert (new["institution"], new["title"]) == ("bank-001", "core")
    kept = {each["id"]: each for each in as_json(registered("keys", "list", "--json"))["keys"]}
    assert kept[old["id"]]["expires_at"] is not None
    assert kept[new["id"]]["expires_at"] is None


def test_a_key_is_revoked(registered: Run) -> None:
    made = as_json(registered("keys", "create", "--operator", "--json"))
    assert "revoked" in registered("keys", "revoke", made["id"]).stdout
    [kept] = as_json(registered("keys", "list", "--json"))["keys"]
    assert kept["revoked_at"] is not None


@pytest.mark.parametrize("command", ["rotate", "revoke"])
def test_an_unknown_id_is_refused(registered: Run, command: str) -> None:
    result = registered("keys", command, "000000000000")
    assert result.exit_code == 2
    assert "fanzha keys list" in result.stderr
