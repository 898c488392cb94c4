"""From the folder list alone one knows where a change goes: neighbours look alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanzha.rulesets.folders import builtin_rules
from fanzha.usecases.cases import read_cases
from fanzha.usecases.rulebook import Rulebook
from tests.repository.files import FILES, REPOSITORY, RULES, named

PLUGINS = sorted(path for path in (REPOSITORY / "plugins").iterdir() if path.is_dir())
IN_EACH_PLUGIN = {"__init__.py", "README.md"}
IN_SOME = {"derived.py"}  # where the service's own functions are not enough
VOCABULARY = {"facts", "parameters", "check_types"}
INSTRUMENTS = sorted(
    path for path in RULES.iterdir() if path.is_dir() and path.name not in VOCABULARY
)


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda path: path.name)
def test_every_plugin_has_the_same_files(folder: Path) -> None:
    kept = {path.name for path in FILES if path.parent == folder}
    assert kept - IN_SOME == IN_EACH_PLUGIN


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda path: path.name)
def test_every_plugin_has_its_check_types_and_tests(folder: Path) -> None:
    domain = folder.name.removeprefix("fanzha_")
    assert (RULES / "check_types" / f"{domain}.yaml").is_file()
    assert list((REPOSITORY / "tests" / "plugins" / domain).glob("test_*.py"))
    assert list((REPOSITORY / "examples" / domain).iterdir())


@pytest.mark.parametrize("folder", INSTRUMENTS, ids=lambda path: path.name)
def test_every_folder_of_rules_says_which_instrument_it_holds(folder: Path) -> None:
    kept = {path.name for path in FILES if path.parent == folder}
    assert "instrument.yaml" in kept


@pytest.mark.parametrize("folder", INSTRUMENTS, ids=lambda path: path.name)
def test_obligations_have_their_cases_beside_them(folder: Path, rulebook: Rulebook) -> None:
    files = {each.file.split("/", 1)[1] for each in rulebook.law.obligations.values()}
    kept = {named(path).removeprefix("rulesets/") for path in FILES}
    lacking = {
        file
        for file in files
        if file.startswith(f"{folder.name}/") and file.replace(".yaml", ".cases.yaml") not in kept
    }
    assert lacking == set()


@pytest.mark.parametrize("status", ["fulfilled", "violated"])
def test_every_obligation_has_a_case_that_finds_it(status: str, rulebook: Rulebook) -> None:
    proved = {
        id_
        for case in read_cases([builtin_rules()])
        for id_, expected in (case.expect.get("statuses") or {}).items()
        if expected == status
    }
    assert sorted(rulebook.law.obligations.keys() - proved) == []


def test_every_obligation_with_a_deadline_has_a_case_while_it_runs(rulebook: Rulebook) -> None:
    proved = {
        id_
        for case in read_cases([builtin_rules()])
        for id_, expected in (case.expect.get("statuses") or {}).items()
        if expected == "pending"
    }
    with_deadline = {id_ for id_, each in rulebook.law.obligations.items() if each.due}
    assert sorted(with_deadline - proved) == []
