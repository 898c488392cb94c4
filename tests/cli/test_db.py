"""`fanzha db upgrade`: creates the database, and does no harm when it is there."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run, as_json


def test_the_database_is_created_and_may_be_upgraded_again(run: Run, tmp_path: Path) -> None:
    first = run("db", "upgrade")
    assert first.exit_code == 0
    assert "数据库已就绪 · the database is ready" in first.stdout
    assert (tmp_path / "fanzha.db").is_file()
    again = run("db", "upgrade", "--json")
    assert (again.exit_code, as_json(again)) == (0, {"upgraded": True})


def test_a_database_that_cannot_be_used_is_told(run: Run) -> None:
    result = run("db", "upgrade", FANZHA_DATABASE_URL="mongodb://nowhere/none")
    assert result.exit_code == 2
    assert "[setting_invalid]" in result.stderr
    assert "FANZHA_DATABASE_URL" in result.stderr
