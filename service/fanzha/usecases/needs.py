"""Which missing facts would settle an obligation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fanzha.model.expressions import And, Expression, Not
from fanzha.model.settling import Family, settling_sets, smallest
from fanzha.model.vocabulary import FactKind
from fanzha.usecases.judged_duty import JudgedDuty
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.open_tiers import SHOWN, needed
from fanzha.usecases.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in which an undetermined status can be settled: sets of missing facts for each.

    That there is no breach is not enough: a duty of which nobody knows whether it applies is not
    fulfilled.
    """

    not_applicable: Family
    fulfilled: Family
    breach: Family


def ways_of(duty: JudgedDuty, judgement: Judgement, rulebook: Rulebook) -> Ways:
    """Return the ways in which the status of an undetermined obligation can be settled."""
    found = judgement.edition.duties[duty.obligation.id]
    return Ways(
        not_applicable=_settle(found.applies, False, judgement, rulebook),
        fulfilled=_settle(And((found.applies, Not(found.violated))), True, judgement, rulebook),
        breach=_settle(And((found.applies, found.violated)), True, judgement, rulebook),
    )


def needs_of(duty: JudgedDuty, ways: Ways, judgement: Judgement, rulebook: Rulebook) -> list[Any]:
    """Return the smallest sets of facts that would settle an undetermined obligation."""
    breach, due = ways.breach, duty.obligation.due
    if due is not None and due.start not in judgement.facts:
        # Only of a breach does it matter whether there is still time.
        breach = tuple(each | {due.start} for each in breach)
    facts = rulebook.law.facts
    # What systems hold comes before what an assessor would have to state.
    sets = sorted(
        (each for each in smallest(ways.not_applicable, ways.fulfilled, breach) if each),
        key=lambda each: any(facts[name].kind is FactKind.ELEMENT for name in each),
    )
    return [[needed(facts[name]) for name in sorted(each)] for each in sets[:SHOWN]]


def _settle(condition: Expression, truth: bool, judgement: Judgement, rulebook: Rulebook) -> Family:
    return settling_sets(
        condition, truth, judgement.known, judgement.edition.elements, rulebook.inputs_of
    )
