"""`fanzha coverage`: the account of a law on a page and as JSON."""

from __future__ import annotations

from tests.cli.conftest import Run, as_json


def test_the_account_as_json_has_everything(run: Run) -> None:
    result = run("coverage", "--json")
    account = as_json(result)
    missing = account["summary"]["missing"] + account["summary_of_parameters"]["unexplained"]
    assert result.exit_code == (1 if missing else 0)
    assert account["summary"]["encoded"] > 90
    assert {"disposition", "obligations", "cases"} <= account["provisions"][0].keys()


def test_the_page_shows_each_provision_and_the_totals(run: Run) -> None:
    shown = run("coverage", "--law", "atofl", "--lang", "en").stdout
    assert "cn.atofl.a10.p1.1" in shown
    assert "power, right or definition" in shown
    assert "provisions 190, encoded " in shown
    chinese = run("coverage", "--lang", "zh").stdout
    assert "规范 190、已编码 " in chinese


def test_a_law_without_an_account_is_a_wrong_call(run: Run) -> None:
    result = run("coverage", "--law", "pipl")
    assert result.exit_code == 2
    assert "[not_found]" in result.stderr
