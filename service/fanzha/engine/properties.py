"""Gives every operand that rules compare a short property name, and fills in their values.

The engine compares names of properties by a 32-bit hash and takes nothing but names on the left
of a comparison. Short numbered names, checked for collisions, and sums worked out beforehand keep
it within what it does exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fanzha.engine.session import MAXIMUM_NUMBER, compared
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
    """The properties of rulesets that read the same facts: those, and operands computed of them."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._names: dict[Expression, str] = {}
        self._hashes = {engine_hash(name) for name in reserved}
        self._facts: dict[str, str] = {}
        self._computed: dict[str, Expression] = {}
        self._absent: dict[str, str] = {}
        self._true: dict[str, str] = {}
        self._false: dict[str, str] = {}
        self._next = 0

    def of(self, operand: Expression) -> str:
        """Return the property of a fact or of a computed operand, new ones numbered on."""
        if operand not in self._names:
            name = self._free_name()
            self._names[operand] = name
            self._absent[name] = ""
            self._true[name] = _written(name, True)
            self._false[name] = _written(name, False)
            if isinstance(operand, Name):
                self._facts[operand.id] = name
            else:
                self._computed[name] = operand
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
        names = self._facts
        found = {names[fact]: value for fact, value in facts.items() if fact in names}
        for name, operand in self._computed.items():
            value = value_of(operand, facts)
            if value is not None:
                found[name] = value
        return found

    def written(self, facts: Mapping[str, Folded]) -> dict[str, str]:
        """Return every property as JSON with a comma before it; empty where it has no value.

        Raises EngineError for a value that the engine cannot compare.
        """
        found = self._absent.copy()
        for name, value in self.values(facts).items():
            if value is True:
                found[name] = self._true[name]
            elif value is False:
                found[name] = self._false[name]
            elif type(value) is int and -MAXIMUM_NUMBER <= value <= MAXIMUM_NUMBER:
                found[name] = f',"{name}":{value}'
            else:
                found[name] = _written(name, value)
        return found

    def learn(self, known: dict[str, str], found: Mapping[str, bool]) -> None:
        """Add facts that were found later to what was written; what no rule reads is left out."""
        for fact, truth in found.items():
            name = self._facts.get(fact)
            if name is not None:
                known[name] = self._true[name] if truth else self._false[name]


def _written(name: str, value: Folded) -> str:
    return f',"{name}":{compared(value)}'
