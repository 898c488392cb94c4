"""Which missing facts would settle a condition: the smallest sets, found from its structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fanzha.model.expressions import And, Expression, Name, Not, Or, names_in
from fanzha.model.kleene import evaluate
from fanzha.model.normal_form import normal_form
from fanzha.model.value_types import Folded

Family = tuple[frozenset[str], ...]

_KEPT = 24
"""Sets kept at each step; people read a handful, and products of long families explode."""


@dataclass(frozen=True, slots=True)
class Elements:
    """How elements follow from other facts, and which of them a person may state."""

    true_when: Mapping[str, Expression]
    false_when: Mapping[str, Expression]
    stated: frozenset[str]


def settling_sets(
    expression: Expression,
    truth: bool,
    facts: Mapping[str, Folded],
    elements: Elements,
    inputs_of: Callable[[str], tuple[str, ...]],
) -> Family:
    """Return the smallest sets of facts, not in `facts`, that could make the condition `truth`.

    An empty set means that it is so already; an empty family that it can no longer become so.
    `inputs_of` names what a derived fact is computed from (nothing for other facts).
    """
    return _Search(facts, elements, inputs_of).family(normal_form(expression, truth))


def smallest(*families: Family, limit: int = _KEPT) -> Family:
    """Return the sets of all families that contain no other of them, small ones first."""
    ordered = sorted({each for family in families for each in family}, key=_size_and_names)
    kept: list[frozenset[str]] = []
    for candidate in ordered:
        if len(kept) == limit:
            break
        if not any(other <= candidate for other in kept):
            kept.append(candidate)
    return tuple(kept)


def _size_and_names(names: frozenset[str]) -> tuple[int, list[str]]:
    return len(names), sorted(names)


class _Search:
    def __init__(
        self,
        facts: Mapping[str, Folded],
        elements: Elements,
        inputs_of: Callable[[str], tuple[str, ...]],
    ) -> None:
        self.facts = facts
        self.elements = elements
        self.inputs_of = inputs_of

    def family(self, condition: Expression) -> Family:
        match condition:
            case And(operands):
                joined: Family = (frozenset(),)
                for operand in operands:
                    inner = self.family(operand)
                    joined = smallest(tuple(one | other for one in joined for other in inner))
                return joined
            case Or(operands):
                return smallest(*map(self.family, operands))
            case Name(id=id_) if self._is_open_element(id_):
                return self._element(id_, self.elements.true_when[id_])
            case Not(operand=Name(id=id_)) if self._is_open_element(id_):
                return self._element(id_, self.elements.false_when[id_])
        known = evaluate(condition, self.facts)
        if known is None:
            return (self._missing(condition),)
        return (frozenset(),) if known else ()

    def _is_open_element(self, name: str) -> bool:
        return name not in self.facts and name in self.elements.true_when

    def _element(self, name: str, condition: Expression) -> Family:
        derived = self.family(condition)
        stated: Family = (frozenset({name}),) if name in self.elements.stated else ()
        return smallest(derived, stated)

    def _missing(self, condition: Expression) -> frozenset[str]:
        found: set[str] = set()
        pending = [name for name in names_in(condition) if name not in self.facts]
        while pending:
            name = pending.pop()
            inputs = self.inputs_of(name)
            if inputs:
                pending.extend(each for each in inputs if each not in self.facts)
            else:
                found.add(name)
        return frozenset(found)
