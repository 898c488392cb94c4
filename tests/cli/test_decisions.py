"""`fanzha decisions show`: a stored decision as it was answered."""

from __future__ import annotations

from tests.cli.conftest import SIXTH_CARD, Run, as_json


def test_a_stored_decision_is_shown_as_the_check_showed_it(registered: Run) -> None:
    checked = registered("check", SIXTH_CARD, "--record", "--lang", "zh")
    id_ = checked.stdout.splitlines()[0].split()[-1]
    shown = registered("decisions", "show", id_, "--lang", "zh")
    assert shown.exit_code == 0
    assert shown.stdout == checked.stdout


def test_the_derivation_is_kept_with_the_decision(registered: Run) -> None:
    checked = registered("check", SIXTH_CARD, "--record", "--explain", "--json")
    shown = registered("decisions", "show", as_json(checked)["id"])
    assert "applies  true" in shown.stdout


def test_an_id_that_is_not_there_is_told(registered: Run) -> None:
    result = registered("decisions", "show", "nothing")
    assert result.exit_code == 2
    assert "[not_found]" in result.stderr
    told = as_json(registered("decisions", "show", "nothing", "--json"))
    assert [each["code"] for each in told["errors"]] == ["not_found"]
