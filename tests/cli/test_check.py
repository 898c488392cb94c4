"""`fanzha check`: judges a file, prints the decision, and leaves with what it found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import EXAMPLES, INSTITUTIONS, NEW_CARD, SIXTH_CARD, Run, as_json, example


@pytest.mark.parametrize(
    ("expected", "exit_code", "shown"),
    [
        ("done.compliant", 0, "Compliant"),
        ("done.pending", 0, "Pending"),
        ("done.non_compliant", 1, "Non-compliant"),
        ("done.undetermined", 1, "Undetermined"),
        ("proposed.proceed", 0, "Compliant"),
    ],
)
def test_the_exit_code_says_whether_something_was_found(
    run: Run, expected: str, exit_code: int, shown: str
) -> None:
    result = run("check", example(expected), "--institutions", INSTITUTIONS)
    assert result.exit_code == exit_code, result.output
    assert result.stdout.split("\n")[0].strip().startswith(shown)
    assert result.stderr == ""


def test_the_page_is_chinese_or_english(run: Run) -> None:
    chinese = run("check", SIXTH_CARD, "--institutions", INSTITUTIONS, "--lang", "zh")
    assert "不合规" in chinese.stdout
    assert "办卡数量上限" in chinese.stdout
    assert "Violated" not in chinese.stdout
    english = run("check", SIXTH_CARD, "--institutions", INSTITUTIONS, "--lang", "en")
    assert "Cap on phone cards" in english.stdout
    assert "违反" not in english.stdout


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "不合规"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}, "不合规"),
        ({"LC_ALL": "C"}, "Non-compliant"),
    ],
)
def test_the_language_is_by_default_that_of_the_terminal(
    run: Run, variables: dict[str, str], shown: str
) -> None:
    result = run("check", SIXTH_CARD, "--institutions", INSTITUTIONS, **variables)
    assert shown in result.stdout


def test_a_violation_is_shown_with_its_reason_what_to_do_and_what_it_may_bring(run: Run) -> None:
    shown = run("check", SIXTH_CARD, "--institutions", INSTITUTIONS).stdout
    assert "phone_cards_held = 5" in shown
    assert "$telecom.phone_card.max_per_user_per_operator = 5 cards" in shown
    assert "ATOFL 10(1)" in shown
    assert "Liabilities" in shown
    assert "Exposure to fines" in shown


def test_what_does_not_apply_is_counted_and_listed_only_with_the_derivation(run: Run) -> None:
    short = run("check", NEW_CARD, "--institutions", INSTITUTIONS)
    full = run("check", NEW_CARD, "--institutions", INSTITUTIONS, "--explain")
    assert short.exit_code == full.exit_code == 0
    below = short.stdout.partition("Not applicable (")[2]
    assert len(below.strip().splitlines()) == 1
    listed = full.stdout.partition("Not applicable (")[2]
    assert len(listed.splitlines()) > 20
    assert "applies  true" in full.stdout
    assert "applies  false" in full.stdout
    assert "applies  " not in short.stdout


def test_json_is_the_decision_and_nothing_else(run: Run) -> None:
    result = run("check", SIXTH_CARD, "--institutions", INSTITUTIONS, "--json")
    decision = as_json(result)
    assert decision["outcome"] == "non_compliant"
    assert all("derivation" not in each for each in decision["obligations"])
    assert result.exit_code == 1
    explained = run("check", SIXTH_CARD, "--institutions", INSTITUTIONS, "--json", "--explain")
    assert all("derivation" in each for each in as_json(explained)["obligations"])


def test_a_check_may_come_from_standard_input(run: Run) -> None:
    body = SIXTH_CARD.read_bytes()
    result = run("check", "-", "--institutions", INSTITUTIONS, input=body)
    assert result.exit_code == 1
    assert "Non-compliant" in result.stdout


def test_institutions_come_from_the_database_where_no_file_is_given(registered: Run) -> None:
    assert registered("check", NEW_CARD).exit_code == 0


def test_nothing_is_stored_unasked(registered: Run) -> None:
    id_ = as_json(registered("check", NEW_CARD, "--json"))["id"]
    assert registered("decisions", "show", id_).exit_code == 2


def test_a_decision_that_was_stored_can_be_shown(registered: Run) -> None:
    stored = as_json(registered("check", SIXTH_CARD, "--json", "--record"))
    shown = registered("decisions", "show", stored["id"], "--json")
    assert shown.exit_code == 0
    assert as_json(shown) == stored


# --- refusals ---


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "json_broken"),
        (b"", "json_broken"),
        (b"[]", "check_invalid"),
        (b"\xff\xfe", "json_broken"),
        (b'{"amount": NaN}', "json_not_a_number"),
        (b'{"domain": "a", "domain": "b"}', "json_duplicate_key"),
        (b"[" * 5000, "json_too_deep"),
        (b"{}", "check_invalid"),
    ],
)
def test_a_file_that_is_no_check_is_refused(
    run: Run, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    result = run("check", path, "--institutions", INSTITUTIONS)
    assert result.exit_code == 2
    assert f"[{code}]" in result.stderr
    assert "→" in result.stderr
    assert result.stdout == ""


def _changed(**changes: object) -> bytes:
    body = orjson.loads(NEW_CARD.read_bytes())
    facts = {**body["facts"], **changes.pop("facts", {})}  # type: ignore[dict-item]
    return orjson.dumps({**body, "facts": facts, **changes})


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"facts": {"phone_cards_hold": 1}}, "fact_unknown", "facts.phone_cards_hold"),
        ({"facts": {"phone_cards_held": "1"}}, "fact_wrong_type", "facts.phone_cards_held"),
        ({"facts": {"phone_cards_held": -1}}, "fact_out_of_range", "facts.phone_cards_held"),
        ({"domain": "telecoms"}, "domain_unknown", "domain"),
        ({"check_type": "phone_card"}, "check_type_unknown", "check_type"),
        ({"institution": "nobody"}, "institution_unknown", "institution"),
        ({"occurred_at": "2026-02-30T10:00:00+08:00"}, "date_invalid", "occurred_at"),
    ],
)
def test_what_is_wrong_with_a_check_is_told_in_both_languages(
    run: Run, changes: dict[str, object], code: str, place: str
) -> None:
    result = run("check", "-", "--institutions", INSTITUTIONS, input=_changed(**changes))
    assert result.exit_code == 2
    first, at, chinese, english, *hints = result.stderr.splitlines()
    assert f"[{code}]" in first
    assert at == f"  位置 at {place}"
    assert chinese != english
    assert [each[:4] for each in hints] == ["  → ", "  → "]


def test_every_error_is_told_and_json_holds_them_all(run: Run) -> None:
    body = _changed(facts={"phone_cards_hold": 1, "phone_cards_held": -1})
    result = run("check", "-", "--institutions", INSTITUTIONS, "--json", input=body)
    assert result.exit_code == 2
    errors = as_json(result)["errors"]
    assert {each["code"] for each in errors} == {"fact_unknown", "fact_out_of_range"}
    for each in errors:
        assert each["message"].keys() == each["hint"].keys() == {"zh", "en"}
    assert result.stderr == ""


def test_a_database_that_is_not_there_is_told_with_what_to_do(run: Run) -> None:
    result = run("check", NEW_CARD)
    assert result.exit_code == 2
    assert "fanzha db upgrade" in result.stderr


def test_a_mistake_in_the_list_of_institutions_is_no_finding(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "institutions.yaml"
    for content in ("- id: telecom-001\n", "- {id: a, id: b}\n"):
        path.write_text(content)
        result = run("check", NEW_CARD, "--institutions", path)
        assert result.exit_code == 2
        assert f"{path}:1:" in result.stderr


def test_a_mistake_in_further_rules_is_no_finding(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "bundle.yaml").write_text(
        "{name: a, prefix: a, version: '1', title: {zh: 甲, en: A}, issuer: {zh: 甲, en: A}}\n",
        encoding="utf-8",
    )
    (tmp_path / "rules" / "roles.yaml").write_text("Bank: {}\n")
    result = run(
        "check", NEW_CARD, "--institutions", INSTITUTIONS, FANZHA_RULESETS=str(tmp_path / "rules")
    )
    assert result.exit_code == 2
    assert "rules/roles.yaml:1:" in result.stderr


# --- as a process of its own ---


def process(
    *arguments: str, environment: dict[str, str], input: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "fanzha", *arguments],
        input=input,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_a_process_judges_standard_input_and_leaves_with_its_code(
    environment: dict[str, str],
) -> None:
    done = process(
        "check", "-", "--institutions", str(INSTITUTIONS), "--lang", "zh",
        environment=environment, input=SIXTH_CARD.read_bytes(),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")
    shown = done.stdout.decode()
    assert shown.startswith(" 不合规 ")
    # No colours where nobody sees them.
    assert "\x1b" not in shown


def test_a_process_refuses_what_is_no_check(environment: dict[str, str]) -> None:
    done = process(
        "check", "-", "--institutions", str(INSTITUTIONS), environment=environment, input=b"{"
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert "[json_broken]" in done.stderr.decode()


def test_a_reader_who_leaves_early_is_no_trouble(environment: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "fanzha", "plugins", "list"],
            stdout=closed,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
            timeout=60,
            check=False,
        )
    assert b"Traceback" not in done.stderr


def test_examples_are_where_the_command_line_looks_for_them() -> None:
    assert (EXAMPLES / "institutions.yaml").is_file()
