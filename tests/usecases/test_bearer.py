"""A check type says whose duties it judges: the posting institution's, unless it names a bearer."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LATER = datetime.fromisoformat("2026-04-01T09:00:00+08:00")
EVERYBODY = ["any_person", "any_unit"]


def _decision(example: str, rulebook: Rulebook, **query: Any) -> dict[str, Any]:
    application = Application(
        Settings.from_environment({}),
        rulebook,
        institutions=read_institutions(EXAMPLES / "institutions.yaml"),
        clock=lambda: LATER,
    )
    body = json.loads((EXAMPLES / example).read_text(encoding="utf-8"))
    return application.evaluate(body, record=False, **query).decision


def test_a_customers_conduct_is_judged_by_the_customers_duties(rulebook: Rulebook) -> None:
    decision = _decision("banking/conduct/account-sold.done.non_compliant.json", rulebook)
    assert decision["check"]["institution"] == "bank-001"
    assert decision["check"]["bearer"] == EVERYBODY
    violated = [each["id"] for each in decision["obligations"] if each["status"] == "violated"]
    assert violated == ["cn.atofl.a31.p1.1"]
    found = [each for each in decision["liabilities"] if each["id"] == "cn.atofl.l44"]
    assert [each["subject"] for each in found] == [["natural_person", "unit"]]


@pytest.mark.parametrize("domain", ["telecom", "banking", "payments", "internet"])
def test_conduct_is_the_only_check_type_with_a_bearer(domain: str, rulebook: Rulebook) -> None:
    types = rulebook.law.check_types.values()
    found = {each.name: sorted(each.bearer) for each in types if each.domain == domain}
    assert found.pop("conduct") == EVERYBODY
    assert {tuple(each) for each in found.values()} == {()}


def test_the_institutions_own_duties_are_judged_where_there_is_no_bearer(
    rulebook: Rulebook,
) -> None:
    example = "banking/transaction/mobile-transfer.done.compliant.json"
    assert _decision(example, rulebook)["check"]["bearer"] == []


def test_what_binds_everybody_is_judged_as_conduct_alone(rulebook: Rulebook) -> None:
    law = rulebook.law
    everybody = [each for each in law.obligations.values() if "any_person" in each.binds]
    assert everybody
    for each in everybody:
        assert {key.partition("/")[2] for key in each.check_types} == {"conduct"}, each.id
