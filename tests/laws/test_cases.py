"""Every worked case beside the law holds."""

from __future__ import annotations

import pytest

from fanzha.rulesets.folders import builtin_rules
from fanzha.usecases.cases import Case, read_cases
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.self_test import run_case

CASES = read_cases([builtin_rules()])


@pytest.mark.parametrize("case", [pytest.param(each, id=each.id) for each in CASES])
def test_case_holds(case: Case, rulebook: Rulebook) -> None:
    told = [each.message.en for each in run_case(case, rulebook).failures]
    assert not told, "\n".join([f"{case.place}: {case.title.en}", case.why.en, *told])
