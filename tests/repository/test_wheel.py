"""The wheel carries the service, its plugins and the law, and works where nothing else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.repository.files import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def _run(*command: str | Path, cwd: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={**environment, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source as a release is."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(REPOSITORY)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = folder.glob("fanzha-*.whl")
    return made


class Installed:
    """An environment that holds the wheel; it borrows the dependencies, and not the source."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        environment = folder / "environment"
        venv.create(environment, with_pip=False)
        self.bin = environment / "bin"
        # Copies of the dependencies' place, without the `.pth` that leads back to the source:
        # Python reads those files in its own site-packages only, not along PYTHONPATH.
        self._dependencies = sysconfig.get_paths()["purelib"]
        installed = _run(
            sys.executable, "-m", "pip", "--python", self.bin / "python", "install", "--quiet",
            "--no-deps", "--no-index", wheel, cwd=folder,
        )  # fmt: skip
        assert installed.returncode == 0, installed.stderr

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return _run(self.bin / "fanzha", *arguments, cwd=self.folder, path=self._dependencies)


@pytest.fixture(scope="module")
def fanzha(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The command as the wheel installs it."""
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


def test_it_is_the_wheel_that_runs(fanzha: Installed) -> None:
    python = fanzha.bin / "python"
    found = _run(
        python, "-c", "import fanzha, fanzha_banking; print(fanzha.rulesets_folder())",
        cwd=fanzha.folder, path=fanzha._dependencies,
    )  # fmt: skip
    assert Path(found.stdout.strip()).is_relative_to(fanzha.folder), found.stderr


def test_the_law_in_it_is_whole(fanzha: Installed) -> None:
    checked = fanzha("rulesets", "check", "--json")
    assert checked.returncode == 0, checked.stderr
    counts = json.loads(checked.stdout)["counts"]
    from_source = _run(
        sys.executable, "-m", "fanzha", "rulesets", "check", "--json", cwd=REPOSITORY
    )
    assert counts == json.loads(from_source.stdout)["counts"]


def test_its_plugins_are_found(fanzha: Installed) -> None:
    listed = json.loads(fanzha("plugins", "list", "--json").stdout)["plugins"]
    enabled = [each["name"] for each in listed if each["state"] == "enabled"]
    assert enabled == ["banking", "internet", "payments", "telecom"]


@pytest.mark.parametrize(
    "example",
    [
        "telecom/phone_card_registration/new-card-in-shop.done.compliant.json",
        "telecom/phone_card_registration/sixth-card.done.non_compliant.json",
    ],
)
def test_it_judges_a_check(example: str, fanzha: Installed) -> None:
    folder = REPOSITORY / "examples"
    answered = fanzha(
        "check", folder / example, "--institutions", folder / "institutions.yaml", "--json"
    )
    outcome = example.split(".")[-2]
    assert json.loads(answered.stdout)["outcome"] == outcome, answered.stderr
    assert answered.returncode == (0 if outcome == "compliant" else 1)


def test_it_keeps_a_decision_in_a_new_database(fanzha: Installed) -> None:
    folder = REPOSITORY / "examples"
    example = folder / "telecom/phone_card_registration/new-card-in-shop.done.compliant.json"
    assert fanzha("db", "upgrade").returncode == 0
    assert fanzha("institutions", "register", folder / "institutions.yaml").returncode == 0
    kept = json.loads(fanzha("check", example, "--record", "--json").stdout)
    shown = fanzha("decisions", "show", kept["id"], "--json")
    assert json.loads(shown.stdout) == kept, shown.stderr


def test_it_carries_the_examples_that_the_demonstration_shows(fanzha: Installed) -> None:
    script = (
        "from fanzha.cli.demonstration import examples_folder;"
        "print(len(list(examples_folder().rglob('*.json'))))"
    )
    found = _run(fanzha.bin / "python", "-c", script, cwd=fanzha.folder, path=fanzha._dependencies)
    assert int(found.stdout) == len(list((REPOSITORY / "examples").rglob("*.json"))), found.stderr
