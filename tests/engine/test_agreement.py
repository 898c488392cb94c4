"""The engine decides exactly as the reference evaluator says, on generated laws and facts."""

from __future__ import annotations

import os

import pytest

from fanzha.engine import Edition
from tests.engine.generated import ALWAYS, CHECK_TYPE, expected, pairs

PAIRS = int(os.environ.get("FANZHA_TEST_PAIRS", "40000"))
"""Obligations judged, each with one set of facts. Set it higher for a long run."""

SEED = int(os.environ.get("FANZHA_TEST_SEED", "0"))
PARTS = 8
SETS_OF_FACTS = 40


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_engine_and_reference_evaluator_agree(part: int) -> None:
    compared = 0
    seed = SEED * 1_000_000_007 + part
    while compared * PARTS < PAIRS:
        seed += PARTS
        edition: Edition | None = None
        for law, facts in pairs(seed, SETS_OF_FACTS):
            edition = edition or Edition(law.law(), CHECK_TYPE, ALWAYS)
            found = edition.judge(facts)
            elements, statuses = expected(law, facts)
            # Elements that no obligation rests on are left out of an edition.
            used = {name: truth for name, truth in elements.items() if name in edition.definitions}
            assert found.elements == used, f"seed {seed}: {facts}"
            assert found.statuses == statuses, f"seed {seed}: {facts}"
            compared += len(statuses)
        assert edition is not None
        edition.close()
