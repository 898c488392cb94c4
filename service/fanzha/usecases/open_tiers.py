"""Which circumstances would settle the condition of a liability's tier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanzha.engine.edition import with_numbers
from fanzha.model.expressions import Expression
from fanzha.model.law import Law
from fanzha.model.sanctions import Liability
from fanzha.model.settling import Elements, settling_sets, smallest
from fanzha.model.value_types import Folded
from fanzha.model.vocabulary import Fact

SHOWN = 6
"""Alternatives that an answer lists; more help nobody."""

_NO_ELEMENTS = Elements({}, {}, frozenset())


def needs_of_condition(
    condition: Expression, circumstances: Mapping[str, Folded], law: Law
) -> list[Any]:
    """Return the circumstances that would settle a condition of a liability."""

    def inputs_of(name: str) -> tuple[str, ...]:
        derivation = law.facts[name].derivation
        return derivation.inputs if derivation is not None else ()

    families = [
        settling_sets(condition, truth, circumstances, _NO_ELEMENTS, inputs_of)
        for truth in (True, False)
    ]
    sets = [each for each in smallest(*families) if each][:SHOWN]
    return [[needed(law.facts[name]) for name in sorted(each)] for each in sets]


def needs_of_tiers(liability: Liability, law: Law) -> tuple[list[Any], ...]:
    """Return what would settle each tier where no circumstance was posted, as is usual."""
    return tuple(
        needs_of_condition(with_numbers(law, tier.when), {}, law) for tier in liability.tiers
    )


def needed(fact: Fact) -> dict[str, Any]:
    """Return how answers name a fact that is missing."""
    shown: dict[str, Any] = {"fact": fact.name, "title": fact.title.as_json()}
    if fact.judgment:
        # Nobody but a person can say this, and the answer says so.
        shown["judgment"] = True
    return shown
