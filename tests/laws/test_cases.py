"""Every worked case beside the law holds."""

from __future__ import annotations

import pytest

from fanzha.rulesets.folders import builtin_rules
from fanzha.usecases.cases import Case, failures_of, read_cases
from fanzha.usecases.rulebook import Rulebook

CASES = read_cases([builtin_rules()])


@pytest.mark.parametrize("case", [pytest.param(each, id=each.id) for each in CASES])
def test_case_holds(case: Case, rulebook: Rulebook) -> None:
    failures = failures_of(case, rulebook)
    assert not failures, "\n".join([f"{case.place}: {case.title.en}", case.why.en, *failures])
