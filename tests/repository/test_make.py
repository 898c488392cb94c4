"""`make help` is the list of what can be done here."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.repository.files import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text("utf-8")
TARGETS = sorted(
    set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)),
)


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """What `make help` prints: target, and what it is for."""
    make = shutil.which("make")
    assert make, "make is needed to work on this project"
    printed = subprocess.run(
        [make, "--no-print-directory", "help"], cwd=REPOSITORY, capture_output=True, check=True
    ).stdout.decode()
    parts = [line.partition(" ") for line in printed.splitlines()]
    return {target: purpose.strip() for target, _, purpose in parts}


def test_help_lists_every_target_with_what_it_is_for(told: dict[str, str]) -> None:
    assert sorted(told) == TARGETS
    assert all(len(purpose) > 5 for purpose in told.values())


def test_every_target_is_a_command_and_no_file() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert sorted(phony[1].split()) == TARGETS


def test_ci_runs_what_a_person_runs() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text("utf-8")
    assert script.strip().splitlines()[-1] == "exec make check"
