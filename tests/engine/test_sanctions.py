"""Liabilities are judged right however many circumstances their tiers read together."""

from __future__ import annotations

from dataclasses import replace

from fanzha.engine.sanctions import SanctionEdition, TierState
from fanzha.engine.session import MAXIMUM_PROPERTIES
from fanzha.model.expressions import And, Expression, Name, names_in
from fanzha.model.sanctions import Liability, LiabilityType, Subject, Tier
from fanzha.model.value_types import BOOLEAN
from fanzha.model.vocabulary import Fact, FactKind
from tests.engine.generated import ALWAYS, TEXT, GeneratedLaw

ROLE = "any_unit"


def _liability(name: str, when: Expression) -> Liability:
    return Liability(
        id=name,
        cites=("T 9",),
        type=LiabilityType.ADMINISTRATIVE,
        subjects=(Subject.INSTITUTION,),
        binds=frozenset({ROLE}),
        title=TEXT,
        authority=TEXT,
        items=(),
        circumstances=tuple(sorted(names_in(when))),
        tiers=(Tier("only", TEXT, when, False, None, (), (), None),),
        in_force=ALWAYS,
        note=None,
        instrument="t",
        file="t.yaml",
    )


def _edition(liabilities: list[Liability]) -> SanctionEdition:
    circumstances = [name for each in liabilities for name in each.circumstances]
    law = replace(
        GeneratedLaw(0).law(),
        liabilities={each.id: each for each in liabilities},
        facts={name: Fact(name, BOOLEAN, FactKind.CIRCUMSTANCE, TEXT) for name in circumstances},
    )
    return SanctionEdition(law, ALWAYS)


def test_many_circumstances_are_spread_over_as_many_rulesets_as_the_engine_needs() -> None:
    circumstances = [f"circumstance_{n}" for n in range(2 * MAXIMUM_PROPERTIES)]
    edition = _edition([_liability(each, Name(each)) for each in circumstances])
    facts = {each: n % 2 == 0 for n, each in enumerate(circumstances)}
    reached = edition.judge(circumstances, facts, {ROLE})
    assert [each.tiers for each in reached] == [
        (TierState.TRUE if facts[each] else TierState.FALSE,) for each in circumstances
    ]
    edition.close()


def test_tiers_that_read_many_circumstances_fill_no_fact_beyond_what_the_engine_takes() -> None:
    parts = [[f"circumstance_{n}_{m}" for m in range(50)] for n in range(12)]
    liabilities = [
        _liability(f"t.{n}", And(tuple(map(Name, circumstances))))
        for n, circumstances in enumerate(parts)
    ]
    edition = _edition(liabilities)
    reached = [each.id for each in liabilities]
    facts = {name: True for each in liabilities for name in each.circumstances}
    found = edition.judge(reached, facts, {ROLE})
    assert [each.tiers for each in found] == [(TierState.TRUE,)] * len(parts)
    found = edition.judge(reached, {**facts, parts[3][7]: False}, {ROLE})
    assert [each.tiers for each in found].count((TierState.FALSE,)) == 1
    edition.close()
