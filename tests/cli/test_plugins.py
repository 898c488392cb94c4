"""`fanzha plugins list`: what is installed, enabled or not, and where it comes from."""

from __future__ import annotations

from tests.cli.conftest import Run, as_json


def test_enabled_and_other_plugins_are_listed(run: Run) -> None:
    rows = {
        each["name"]: each
        for each in as_json(run("plugins", "list", "--json", FANZHA_PLUGINS="banking"))["plugins"]
    }
    assert rows["banking"]["state"] == "enabled"
    assert "fanzha_domain" in rows["banking"]["hooks"]
    assert rows["telecom"]["state"] == "not_enabled"
    assert rows["telecom"]["hooks"] == []
    assert rows["banking"]["origin"] == "fanzha"


def test_the_table_says_it_in_both_languages(run: Run) -> None:
    result = run("plugins", "list", FANZHA_PLUGINS="banking")
    assert result.exit_code == 0
    assert "已启用 enabled" in result.stdout
    assert "未启用 not enabled" in result.stdout


def test_a_plugin_that_is_not_installed_is_told(run: Run) -> None:
    result = run("plugins", "list", FANZHA_PLUGINS="bankin")
    assert result.exit_code == 2
    assert "[plugin_invalid]" in result.stderr
    assert "bankin" in result.stderr
