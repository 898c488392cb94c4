"""The examples of the payments domain come out as their file names say."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FILES = sorted((EXAMPLES / "payments").glob("*/*.json"))
CHECK_TYPES = (
    "transaction",
    "account_opening",
    "police_order",
    "merchant_acquiring",
    "account_monitoring",
    "restriction_appeal",
    "reporting",
    "record_keeping",
)
LATER = datetime.fromisoformat("2026-04-01T09:00:00+08:00")


@pytest.fixture(scope="module")
def application(rulebook: Rulebook) -> Application:
    """The service without its record, and with the institutions of the examples."""
    return Application(
        Settings.from_environment({}),
        rulebook,
        institutions=read_institutions(EXAMPLES / "institutions.yaml"),
        clock=lambda: LATER,
    )


@pytest.mark.parametrize(
    "path", [pytest.param(each, id=f"{each.parent.name}/{each.stem}") for each in FILES]
)
def test_an_example_comes_out_as_its_name_says(path: Path, application: Application) -> None:
    _, stage, expected = path.stem.split(".")
    body = json.loads(path.read_text(encoding="utf-8"))
    decision = application.evaluate(body, record=False).decision
    assert decision["check"]["stage"] == stage
    assert decision["advice" if stage == "proposed" else "outcome"] == expected
    assert decision["unused"] == []


@pytest.mark.parametrize("check_type", CHECK_TYPES)
def test_each_check_type_has_a_clean_a_refused_and_an_open_example(check_type: str) -> None:
    ends = {tuple(each.stem.split(".")[1:]) for each in FILES if each.parent.name == check_type}
    assert ("done", "compliant") in ends
    assert ("proposed", "proceed") in ends
    assert ("done", "non_compliant") in ends
    assert ends & {("done", "undetermined"), ("done", "pending")}
