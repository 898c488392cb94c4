"""Gives every operand that rules compare a short property name, and fills in their values.

The engine compares names of properties by a 32-bit hash and takes nothing but names on the left
of a comparison. Short numbered names, checked for collisions, and sums worked out beforehand keep
it within what it does exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fanzha.model.expressions import Expression, Name
from fanzha.model.kleene import value_of
from fanzha.model.value_types import Folded

_OFFSET_BASIS = 0x811C9DC5
_PRIME = 16_777_619


def engine_hash(name: str) -> int:
    """Return the hash (FNV-1a, 32 bits) by which the engine tells names of properties apart."""
    value = _OFFSET_BASIS
    for byte in name.encode():
        value = ((value ^ byte) * _PRIME) & 0xFFFFFFFF
    return value


class Properties:
    """The properties of one ruleset: facts, and operands computed from facts."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._names: dict[Expression, str] = {}
        self._hashes = {engine_hash(name) for name in reserved}
        self._facts: list[tuple[str, str]] = []
        self._computed: list[tuple[str, Expression]] = []
        self._next = 0

    def __len__(self) -> int:
        return len(self._names)

    def of(self, operand: Expression) -> str:
        """Return the property of a fact or of a computed operand, new ones numbered on."""
        if operand not in self._names:
            name = self._free_name()
            self._names[operand] = name
            if isinstance(operand, Name):
                self._facts.append((operand.id, name))
            else:
                self._computed.append((name, operand))
        return self._names[operand]

    def _free_name(self) -> str:
        while True:
            name = f"p{self._next}"
            self._next += 1
            if engine_hash(name) not in self._hashes:
                self._hashes.add(engine_hash(name))
                return name

    def values(self, facts: Mapping[str, Folded]) -> dict[str, Folded]:
        """Return the properties that have a value; what is missing is left out."""
        found = {name: facts[fact] for fact, name in self._facts if fact in facts}
        for name, operand in self._computed:
            value = value_of(operand, facts)
            if value is not None:
                found[name] = value
        return found
