"""The plugin of the examples is fit for use: its own tests pass beside the service."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.docs.pages import REPOSITORY
from tests.standalone.newcomer import environment_of, install

STRANGER = REPOSITORY / "examples" / "standalone_plugin"
RULES = STRANGER / "fanzha_securities" / "rules"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that makes the plugin installed where it is on the path."""
    folder = tmp_path_factory.mktemp("site")
    install(STRANGER, folder)
    return folder


def _run(site: Path, *arguments: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env=environment_of(PYTHONPATH=str(site), PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_own_tests_pass(site: Path) -> None:
    done = _run(site, "pytest", "-q", "-p", "no:cacheprovider", cwd=STRANGER)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_lacking_before_it_may_be_enabled(site: Path) -> None:
    done = _run(site, "fanzha", "plugins", "check", "securities")
    assert done.returncode == 0, done.stdout + done.stderr


def _statuses() -> Iterator[str]:
    for path in RULES.glob("*/*.cases.yaml"):
        for case in yaml.safe_load(path.read_text("utf-8")):
            yield case["expect"].get("outcome")
            yield from case["expect"].get("statuses", {}).values()


def test_its_cases_show_every_status() -> None:
    shown = {"fulfilled", "violated", "pending", "undetermined", "not_applicable"}
    assert shown <= set(_statuses())


def test_its_code_knows_the_public_names_of_fanzha_only() -> None:
    lines = [
        line.split()[1]
        for path in (STRANGER / "fanzha_securities").rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if line.startswith(("import fanzha", "from fanzha"))
    ]
    assert {each for each in lines if not each.startswith("fanzha_securities")} == {
        "fanzha.plugins"
    }
