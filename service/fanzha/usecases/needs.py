"""Which missing facts would settle an obligation or a tier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanzha.model.expressions import And, Expression, Not
from fanzha.model.settling import Elements, Family, settling_sets, smallest
from fanzha.model.value_types import Folded
from fanzha.model.vocabulary import Fact, FactKind
from fanzha.usecases.judged_duty import JudgedDuty
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.rulebook import Rulebook

SHOWN = 6
"""Alternatives that an answer lists; more help nobody."""

_NO_ELEMENTS = Elements({}, {}, frozenset())


def needs_of(duty: JudgedDuty, judgement: Judgement, rulebook: Rulebook) -> list[Any]:
    """Return the smallest sets of facts that would settle an undetermined obligation."""
    found = judgement.edition.duties[duty.obligation.id]
    # The three ways in which the status can be settled. That there is no breach is not enough:
    # a duty of which nobody knows whether it applies is not fulfilled.
    not_applicable = _settle(found.applies, False, judgement, rulebook)
    fulfilled = _settle(And((found.applies, Not(found.violated))), True, judgement, rulebook)
    breach = _settle(And((found.applies, found.violated)), True, judgement, rulebook)
    due = duty.obligation.due
    if due is not None and due.start not in judgement.facts:
        # Only of a breach does it matter whether there is still time.
        breach = tuple(each | {due.start} for each in breach)
    families = (not_applicable, fulfilled, breach)
    facts = rulebook.law.facts
    # What systems hold comes before what an assessor would have to state.
    sets = sorted(
        (each for each in smallest(*families) if each),
        key=lambda each: any(facts[name].kind is FactKind.ELEMENT for name in each),
    )
    return [[_fact(facts[name]) for name in sorted(each)] for each in sets[:SHOWN]]


def _settle(condition: Expression, truth: bool, judgement: Judgement, rulebook: Rulebook) -> Family:
    return settling_sets(
        condition, truth, judgement.known, judgement.edition.elements, rulebook.inputs_of
    )


def needs_of_condition(
    condition: Expression, facts: Mapping[str, Folded], rulebook: Rulebook
) -> list[Any]:
    """Return the circumstances that would settle a condition of a liability."""
    families = [
        settling_sets(condition, truth, facts, _NO_ELEMENTS, rulebook.inputs_of)
        for truth in (True, False)
    ]
    sets = [each for each in smallest(*families) if each][:SHOWN]
    return [[_fact(rulebook.law.facts[name]) for name in sorted(each)] for each in sets]


def _fact(fact: Fact) -> dict[str, Any]:
    shown: dict[str, Any] = {"fact": fact.name, "title": fact.title.as_json()}
    if fact.judgment:
        # Nobody but a person can say this, and the answer says so.
        shown["judgment"] = True
    return shown
