"""Disjunctive normal form: the alternatives that a condition comes to, each a list of atoms.

The engine fires once per alternative. Written out here rather than there, their number is known
before a ruleset is made, and alternatives that cannot be true cost nothing.
"""

from __future__ import annotations

import itertools

from fanzha.model.expressions import (
    And,
    Compare,
    Expression,
    Membership,
    Name,
    Not,
    Or,
    names_in,
)
from fanzha.model.kleene import evaluate
from fanzha.model.normal_form import normal_form

Alternative = tuple[Expression, ...]
"""Atoms that must all be true: a fact, `not` a fact, or a comparison."""


def alternatives(condition: Expression) -> tuple[Alternative, ...]:
    """Return the alternatives of a condition in normal form; none for one that is never true."""
    found: dict[frozenset[Expression], Alternative] = {}
    for each in _expand(condition):
        atoms = tuple(dict.fromkeys(each))
        if not _is_contradictory(atoms):
            found.setdefault(frozenset(atoms), atoms)
    return tuple(atoms for key, atoms in found.items() if not any(other < key for other in found))


def _expand(condition: Expression) -> list[Alternative]:
    if not names_in(condition):
        return [()] if evaluate(condition, {}) else []
    match condition:
        case And(operands):
            parts = [_expand(operand) for operand in operands]
            return [tuple(itertools.chain(*each)) for each in itertools.product(*parts)]
        case Or(operands):
            return [each for operand in operands for each in _expand(operand)]
        case Membership(operand, values, negated):
            atoms = [Compare("!=" if negated else "==", operand, value) for value in values]
            return [tuple(atoms)] if negated else [(atom,) for atom in atoms]
    return [(condition,)]


def _is_contradictory(atoms: Alternative) -> bool:
    held = set(atoms)
    for atom in atoms:
        if isinstance(atom, Name | Not | Compare) and normal_form(atom, truth=False) in held:
            return True
    return False
