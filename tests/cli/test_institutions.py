"""`fanzha institutions register`: the list of a file goes into the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import INSTITUTIONS, NEW_CARD, Run, as_json

BANK = "- id: {id}\n  name: {{zh: 银行, en: Bank}}\n  roles: [{role}]\n"


def test_institutions_are_registered_and_named_in_both_languages(run: Run) -> None:
    assert run("db", "upgrade").exit_code == 0
    result = run("institutions", "register", INSTITUTIONS)
    assert result.exit_code == 0
    assert "telecom-001  示范移动通信公司 · Example Mobile" in result.stdout
    told = as_json(run("institutions", "register", INSTITUTIONS, "--json"))
    assert told == {"registered": ["bank-001", "payments-001", "telecom-001"]}


def test_one_that_exists_is_updated(registered: Run, tmp_path: Path) -> None:
    path = tmp_path / "changed.yaml"
    path.write_text(BANK.format(id="telecom-001", role="bank"), encoding="utf-8")
    assert registered("check", NEW_CARD).exit_code == 0
    assert registered("institutions", "register", path).exit_code == 0
    # As a bank it has no duties of operators any more.
    decision = as_json(registered("check", NEW_CARD, "--json"))
    operators = [each for each in decision["obligations"] if each["id"] == "cn.atofl.a10.p1.1"]
    assert [each["status"] for each in operators] == ["not_applicable"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BANK.format(id="a", role="bank") * 2, "`a` stands twice"),
        ("- id: a\n", "name"),
        (BANK.format(id="a", role="bank") + "  licence: none\n", "licence"),
        ("id: a\n", ":1:1"),
        ("[\n", ":2:1"),
    ],
)
def test_a_mistake_in_the_list_is_told_with_its_place(
    registered: Run, tmp_path: Path, content: str, told: str
) -> None:
    path = tmp_path / "institutions.yaml"
    path.write_text(content, encoding="utf-8")
    result = registered("institutions", "register", path)
    assert result.exit_code == 2
    assert str(path) in result.stderr
    assert told in result.stderr
    assert "→" in result.stderr


def test_a_list_that_is_no_text_is_told(registered: Run, tmp_path: Path) -> None:
    path = tmp_path / "institutions.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    result = registered("institutions", "register", path)
    assert result.exit_code == 2
    assert "[ruleset_unreadable]" in result.stderr


def test_without_a_database_it_says_what_to_do(run: Run) -> None:
    result = run("institutions", "register", INSTITUTIONS)
    assert result.exit_code == 2
    assert "fanzha db upgrade" in result.stderr
