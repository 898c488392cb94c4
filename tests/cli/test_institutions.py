"""`fanzha institutions`: the registry, and what is attested of those who stand in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, INSTITUTIONS, NEW_CARD, Run, as_json

PROFILE = EXAMPLES / "profiles/bank-001.yaml"
BANK = "- id: {id}\n  name: {{zh: 银行, en: Bank}}\n  roles: [{role}]\n"


def test_institutions_are_registered_and_named_in_both_languages(run: Run) -> None:
    assert run("db", "upgrade").exit_code == 0
    result = run("institutions", "register", INSTITUTIONS)
    assert result.exit_code == 0
    assert "telecom-001  示范移动通信公司 · Example Mobile" in result.stdout
    told = as_json(run("institutions", "register", INSTITUTIONS, "--json"))
    assert set(told["registered"]) >= {"bank-001", "payments-001", "telecom-001"}


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


def test_a_role_that_the_law_does_not_know_is_told_with_its_place(
    registered: Run, tmp_path: Path
) -> None:
    path = tmp_path / "institutions.yaml"
    for role, code, told in (
        ("banc", "role_unknown", "did you mean `bank`"),
        ("public_security", "role_of_authority", "authorities"),
    ):
        path.write_text(BANK.format(id="a", role=role), encoding="utf-8")
        result = registered("institutions", "register", path)
        assert result.exit_code == 2
        assert f"[{code}]" in result.stderr
        assert told in result.stderr
        assert f"{path}:3" in result.stderr


def test_all_are_listed(registered: Run) -> None:
    listed = as_json(registered("institutions", "list", "--json"))["institutions"]
    assert [each["id"] for each in listed] == sorted(each["id"] for each in listed)
    assert "bank-001" in {each["id"] for each in listed}
    page = registered("institutions", "list", "--lang", "zh").stdout
    assert "示范银行" in page
    assert "2005-06-01 – …" in page


def test_a_profile_is_attested_shown_and_reported(registered: Run) -> None:
    result = registered("institutions", "attest", "bank-001", PROFILE)
    assert result.exit_code == 0
    assert "bank-001" in result.stdout
    shown = registered("institutions", "show", "bank-001", "--as-of", "2026-03-02")
    assert "Example Bank" in shown.stdout
    assert "(fraud_risk_lead_named) = true" in shown.stdout
    told = as_json(
        registered("institutions", "show", "bank-001", "--as-of", "2026-03-02", "--json")
    )
    assert (told["id"], told["as_of"]) == ("bank-001", "2026-03-02")
    assert all(each["valid"] for each in told["attestations"])
    report = registered("institutions", "report", "bank-001", "--as-of", "2026-03-02")
    assert report.exit_code == 0
    assert "Compliant" in report.stdout
    assert "banking/internal_control" in report.stdout


def test_a_report_with_findings_leaves_with_1_and_says_what_is_needed(registered: Run) -> None:
    result = registered("institutions", "report", "bank-001", "--lang", "zh")
    assert result.exit_code == 1
    assert "尚不能确定" in result.stdout
    assert "从未评估" in result.stdout
    told = registered("institutions", "report", "bank-001", "--json")
    assert told.exit_code == 1
    [duties] = as_json(told)["check_types"]
    assert duties["undetermined"]


def test_what_runs_out_is_listed(registered: Run) -> None:
    assert registered("institutions", "attest", "bank-001", PROFILE).exit_code == 0
    result = registered("institutions", "report", "bank-001", "--as-of", "2026-12-01")
    assert result.exit_code == 1
    assert "Expiring" in result.stdout
    assert "Expired" in result.stdout
    assert "valid until 2026-08-31" in result.stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("- assessor: a\n", "evidence"),
        ("- assessr: a\n", "assessor"),
        ("[\n", ":2:1"),
    ],
)
def test_a_mistake_in_a_profile_is_told_with_its_place(
    registered: Run, tmp_path: Path, content: str, told: str
) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(content, encoding="utf-8")
    result = registered("institutions", "attest", "bank-001", path)
    assert result.exit_code == 2
    assert str(path) in result.stderr
    assert told in result.stderr


def test_a_fact_that_no_profile_holds_is_told(registered: Run, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    text = PROFILE.read_text(encoding="utf-8")
    path.write_text(text.replace("fraud_risk_lead_named", "payment_processed"), encoding="utf-8")
    result = registered("institutions", "attest", "bank-001", path)
    assert result.exit_code == 2
    assert "[fact_not_attestable]" in result.stderr


def test_who_is_not_registered_has_no_profile(registered: Run) -> None:
    for command in ("show", "report"):
        result = registered("institutions", command, "nobody")
        assert result.exit_code == 2
        assert "[not_found]" in result.stderr
