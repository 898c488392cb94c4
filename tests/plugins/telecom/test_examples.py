"""Each telecom example is answered as its file name promises, from operational facts alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.model.vocabulary import FactKind
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FILES = {
    f"{path.parent.name}/{path.stem}": path for path in (EXAMPLES / "telecom").glob("*/*.json")
}
CLEAN = [name for name in FILES if name.endswith((".done.compliant", ".proposed.proceed"))]
NOW = datetime.fromisoformat("2026-05-06T09:00:00+08:00")
STANDING = "internal_control"


def _read(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(FILES[name].read_text(encoding="utf-8"))
    return body


@pytest.fixture(scope="module")
def application(rulebook: Rulebook) -> Application:
    """The service without a record, open to the institutions of the examples."""
    registered = read_institutions(EXAMPLES / "institutions.yaml")
    settings = Settings.from_environment({})
    return Application(settings, rulebook, institutions=registered, clock=lambda: NOW)


def _answer(name: str, application: Application) -> Mapping[str, Any]:
    return application.evaluate(_read(name), record=False).decision


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_answer_is_the_one_in_the_file_name(name: str, application: Application) -> None:
    _, stage, promised = name.rsplit("/")[1].split(".")
    answer = _answer(name, application)
    assert answer["check"]["stage"] == stage
    assert answer["outcome" if stage == "done" else "advice"] == promised


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_fact_posted_is_read(name: str, application: Application) -> None:
    assert _answer(name, application)["unused"] == []


@pytest.mark.parametrize("name", sorted(CLEAN))
def test_a_clean_event_needs_no_element_from_its_system(name: str, rulebook: Rulebook) -> None:
    kinds = {fact: rulebook.law.facts[fact].kind for fact in _read(name)["facts"]}
    assert FactKind.ELEMENT not in kinds.values()


def test_every_check_type_has_a_clean_example_of_each_stage(rulebook: Rulebook) -> None:
    ours = {key.split("/")[1] for key in rulebook.law.check_types if key.startswith("telecom/")}
    done = {name.split("/")[0] for name in CLEAN if name.endswith(".done.compliant")}
    proposed = {name.split("/")[0] for name in CLEAN if name.endswith(".proposed.proceed")}
    assert done == ours
    # What an organisation has is attested; nothing is proposed.
    assert proposed == ours - {STANDING}
