"""By the built-in law: taking any fact out of a sound example settles nothing for the better."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from fanzha.application import Application
from fanzha.cli.demonstration import examples_folder
from fanzha.cli.institution_file import read_institutions
from fanzha.model.vocabulary import FactKind
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from tests.usecases.small_checks import Json, statuses

EXAMPLES = examples_folder()
SOUND = sorted(
    path for word in ("compliant", "proceed") for path in EXAMPLES.glob(f"*/*/*.{word}.json")
)


@pytest.fixture(scope="module")
def application(rulebook: Rulebook) -> Application:
    institutions = read_institutions(EXAMPLES / "institutions.yaml")
    return Application(Settings.from_environment({}), rulebook, institutions=institutions)


def _judged(application: Application, body: Json) -> Json:
    return application.evaluate(body, record=False).decision


@pytest.mark.parametrize("path", SOUND, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_without_any_one_fact_nothing_is_settled_that_was_not(
    application: Application, path: Path
) -> None:
    body = orjson.loads(path.read_bytes())
    before = statuses(_judged(application, body))
    for name in body["facts"]:
        is_act = application.law.facts[name].kind is FactKind.ACT
        if is_act and body["stage"] == "proposed":
            # It is assumed, whether it is stated or not.
            continue
        facts = {other: value for other, value in body["facts"].items() if other != name}
        decision = _judged(application, {**body, "facts": facts})
        for each in decision["obligations"]:
            assert each["status"] in {before[each["id"]], "undetermined"}, (name, each["id"])
            if each["status"] != before[each["id"]]:
                assert [name] in [[one["fact"] for one in need] for need in each["needs"]]
        if decision["outcome"] == "undetermined":
            assert decision.get("advice") != "proceed", name


def test_there_are_sound_examples_of_every_domain() -> None:
    assert {path.parent.parent.name for path in SOUND} >= {"banking", "payments", "telecom"}
