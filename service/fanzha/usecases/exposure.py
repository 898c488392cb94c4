"""Adds liabilities up: the gravest tier, one penalty for one act, the range of fines.

This is aggregation, not a rule: which tiers are true was decided before. Sources: Administrative
Penalty Law article 29 (one act is fined once, at the higher amount), and the form of ATOFL
articles 39 to 44 (one sanctioning article, one penalty, however many of its items are met).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from fanzha.engine import Reach, TierState
from fanzha.model.sanctions import Fine, LiabilityType, Subject
from fanzha.model.value_types import Folded

_ON_INSTITUTIONS = {Subject.INSTITUTION, Subject.UNIT}
_ON_INDIVIDUALS = {Subject.INDIVIDUAL, Subject.NATURAL_PERSON}


@dataclass(frozen=True, slots=True)
class Range:
    """Fines in fen, both ends included; without an upper bound it hangs on `depends_on`."""

    minimum_fen: int = 0
    maximum_fen: int | None = 0
    depends_on: frozenset[str] = frozenset()

    def __add__(self, other: Range) -> Range:
        """Return the range of both fines together."""
        ends = (self.maximum_fen, other.maximum_fen)
        return Range(
            self.minimum_fen + other.minimum_fen,
            None if None in ends else sum(end for end in ends if end is not None),
            self.depends_on | other.depends_on,
        )

    def higher(self, other: Range) -> Range:
        """Return the range of whichever of two fines is the higher."""
        ends = (self.maximum_fen, other.maximum_fen)
        return Range(
            max(self.minimum_fen, other.minimum_fen),
            None if None in ends else max(end for end in ends if end is not None),
            self.depends_on | other.depends_on,
        )

    def either(self, other: Range) -> Range:
        """Return the range where one or the other may come."""
        wide = self.higher(other)
        return Range(min(self.minimum_fen, other.minimum_fen), wide.maximum_fen, wide.depends_on)


NOTHING = Range()


def standing_tiers(reach: Reach) -> tuple[tuple[int, TierState], ...]:
    """Return the positions of tiers that stand: true ones, and open ones that could replace them.

    Of the true ones that exclude each other the gravest, which is the last; of the open ones
    those that are graver than it. Additive ones come on top of either.
    """
    states = list(zip(reach.liability.tiers, reach.tiers, strict=True))
    gravest = max(
        (
            position
            for position, (tier, state) in enumerate(states)
            if state is TierState.TRUE and not tier.additive
        ),
        default=-1,
    )
    return tuple(
        (position, state)
        for position, (tier, state) in enumerate(states)
        if state is not TierState.FALSE and (tier.additive or position >= gravest)
    )


def fines_of(reach: Reach, circumstances: Mapping[str, Folded]) -> Range:
    """Return the range of fines of one liability."""
    standing = standing_tiers(reach)
    exclusive: Range | None = None
    additive = NOTHING
    certain = False
    for position, state in standing:
        tier = reach.liability.tiers[position]
        fine = _range(tier.fine, circumstances)
        if not tier.additive:
            exclusive = fine if exclusive is None else exclusive.either(fine)
            certain = certain or state is TierState.TRUE
        elif state is TierState.TRUE:
            additive += fine
        else:
            additive += fine.either(NOTHING)
    found = exclusive or NOTHING
    # Where no tier is certain, none may come in the end.
    return (found if certain else found.either(NOTHING)) + additive


def _range(fine: Fine | None, circumstances: Mapping[str, Folded]) -> Range:
    if fine is None:
        return NOTHING
    minimum, maximum = fine.minimum or 0, fine.maximum
    depends_on: frozenset[str] = frozenset()
    if fine.multiple_of is not None:
        amount = circumstances.get(fine.multiple_of)
        if isinstance(amount, int):
            minimum *= amount
            maximum = None if maximum is None else maximum * amount
        else:
            minimum, maximum, depends_on = 0, None, frozenset({fine.multiple_of})
    return Range(0 if fine.optional else minimum, maximum, depends_on)


def exposure(
    reached: Iterable[tuple[Reach, Collection[str]]],
    circumstances: Mapping[str, Folded],
    *,
    of_individual: bool = False,
) -> Range:
    """Return the fines of firm liabilities together, for the institution or one individual.

    Each liability comes with the obligations whose violation it sanctions. Liabilities that share
    one are about the same act, which is fined once, at the higher amount.
    """
    subjects = _ON_INDIVIDUALS if of_individual else _ON_INSTITUTIONS
    acts: list[tuple[set[str], Range]] = []
    for reach, obligations in reached:
        liability = reach.liability
        if liability.type is not LiabilityType.ADMINISTRATIVE:
            continue
        if not subjects & set(liability.subjects):
            continue
        fine, act = fines_of(reach, circumstances), set(obligations)
        for other, others_fine in [each for each in acts if each[0] & act]:
            fine, act = fine.higher(others_fine), act | other
        acts = [each for each in acts if not each[0] & act] + [(act, fine)]
    return sum((fine for _, fine in acts), start=NOTHING)
