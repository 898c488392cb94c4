"""`fanzha decisions show`: a stored decision as it was answered."""

from __future__ import annotations

from tests.cli.conftest import EXAMPLES, NEW_CARD, SIXTH_CARD, Run, as_json

UNDER_WAY = min((EXAMPLES / "telecom" / "phone_card_monitoring").glob("*.done.pending.json"))


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


def test_decisions_are_listed_with_what_was_breached(registered: Run) -> None:
    id_ = as_json(registered("check", SIXTH_CARD, "--record", "--json"))["id"]
    registered("check", NEW_CARD, "--record")
    shown = registered("decisions", "list", "--outcome", "non_compliant", COLUMNS="160")
    assert shown.exit_code == 0
    assert id_ in shown.stdout
    assert "cn.atofl.a10.p1.1" in shown.stdout
    assert "new-card" not in shown.stdout
    told = as_json(registered("decisions", "list", "--limit", "1", "--json"))
    assert [each["outcome"] for each in told["decisions"]] == ["compliant"]
    rest = as_json(registered("decisions", "list", "--cursor", told["next"], "--json"))
    assert [each["id"] for each in rest["decisions"]] == [id_]


def test_pages_go_up_to_the_setting(registered: Run) -> None:
    id_ = as_json(registered("check", NEW_CARD, "--record", "--json"))["id"]
    for command in (("list",), ("reads", id_)):
        call = ("decisions", *command, "--limit")
        assert registered(*call, "3", FANZHA_MAXIMUM_PAGE="3").exit_code == 0
        wrong = registered(*call, "4", FANZHA_MAXIMUM_PAGE="3")
        assert (wrong.exit_code, "from 1 to 3" in wrong.stderr) == (2, True)


def test_an_empty_list_and_a_wrong_filter_say_so(registered: Run) -> None:
    assert "没有" in registered("decisions", "list", "--lang", "zh").stdout
    wrong = registered("decisions", "list", "--outcome", "complian")
    assert wrong.exit_code == 2
    assert "did you mean `compliant`" in wrong.stderr


def test_what_falls_due_is_listed_and_then_judged_again(registered: Run) -> None:
    first = as_json(registered("check", UNDER_WAY, "--record", "--json"))["id"]
    ahead = as_json(registered("decisions", "due", "--list", "--until", "2100-01-01", "--json"))
    assert [(each["id"], each["outcome"]) for each in ahead["decisions"]] == [(first, None)]
    judged = registered("decisions", "due", "--json", "--purpose", "daily")
    (row,) = as_json(judged)["decisions"]
    assert (row["id"], row["outcome"]) == (first, "non_compliant")
    assert judged.exit_code == 1
    shown = as_json(registered("decisions", "show", first, "--json"))
    assert shown["links"] == {"followed_by": row["followed_by"]}
    for id_, times in ((first, 3), (row["followed_by"], 1)):
        told = as_json(registered("decisions", "reads", id_, "--json"))["reads"]
        assert [each["way"] for each in told] == ["list", "list", "show"][:times]
        assert "daily" in {each["purpose"] for each in told}
    again = registered("decisions", "due", COLUMNS="160")
    assert (again.exit_code, "nothing falls due" in again.stdout) == (0, True)
