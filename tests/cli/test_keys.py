"""`fanzha keys create`: a key is shown once, alone on standard output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, as_json


def test_the_key_stands_alone_on_standard_output(registered: Run) -> None:
    result = registered("keys", "create", "bank-001", "--title", "core banking")
    assert result.exit_code == 0
    [key] = result.stdout.splitlines()
    assert key.startswith("fz_")
    assert "keep it safe" in result.stderr


def test_json_names_the_institution(registered: Run) -> None:
    told = as_json(registered("keys", "create", "bank-001", "--json"))
    assert told.keys() == {"kind", "institution", "key"}
    assert (told["kind"], told["institution"]) == ("institution", "bank-001")


def test_an_operators_key_names_no_institution(registered: Run) -> None:
    told = as_json(registered("keys", "create", "--operator", "--title", "desk", "--json"))
    assert (told["kind"], told["institution"]) == ("operator", None)
    assert told["key"].startswith("fz_")


@pytest.mark.parametrize("arguments", [(), ("bank-001", "--operator")])
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
