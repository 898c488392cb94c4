"""The command line as it is called, with a database and a secret of its own for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from fanzha.cli import main
from fanzha.cli.demonstration import examples_folder

EXAMPLES = examples_folder()
INSTITUTIONS = EXAMPLES / "institutions.yaml"
SIXTH_CARD = EXAMPLES / "telecom/phone_card_registration/sixth-card.done.non_compliant.json"
NEW_CARD = EXAMPLES / "telecom/phone_card_registration/new-card-in-shop.done.compliant.json"

Run = Callable[..., Result]


def example(pattern: str) -> Path:
    """Return the first example whose name ends so."""
    return min(EXAMPLES.glob(f"*/*/*.{pattern}.json"))


def as_json(result: Result) -> Any:
    """Return the one JSON document that a command printed, and nothing else."""
    return orjson.loads(result.stdout)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path}/fanzha.db",
        "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        "LC_ALL": "en_US.UTF-8",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Call `fanzha` with these arguments and tell what it printed and left with."""
    runner = CliRunner()

    def invoke(*arguments: str | Path, input: str | bytes | None = None, **env: str) -> Result:
        return runner.invoke(
            main,
            [str(each) for each in arguments],
            input=input,
            env={**environment, **env},
            prog_name="fanzha",
        )

    return invoke


@pytest.fixture
def registered(run: Run) -> Run:
    """The same, with a database in which the example institutions are registered."""
    assert run("db", "upgrade").exit_code == 0
    assert run("institutions", "register", INSTITUTIONS).exit_code == 0
    return run
