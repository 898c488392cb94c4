"""Gives every operand that rules compare a short property name, and fills in their values.

The engine compares names of properties by a 32-bit hash and takes nothing but names on the left
of a comparison. Short numbered names, checked for collisions, and sums worked out beforehand keep
it within what it does exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
        self._hashes = {engine_hash(name) for name in reserved}
        self._next = 0
        # By the key of an operand:
        self._names: dict[str, str] = {}
        self._computed: dict[str, Expression] = {}
        self._absent: dict[str, str] = {}
        self._true: dict[str, str] = {}
        self._false: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self._keys: dict[Expression, str] = {}

    def of(self, operand: Expression) -> str:
        """Return the property of a fact or of a computed operand, new ones numbered on."""
        return self._names[self.key(operand)]

    def key(self, operand: Expression) -> str:
        """Return what `written` has an operand under; a fact is under its own name."""
        if operand not in self._keys:
            name = self._free_name()
            key = operand.id if isinstance(operand, Name) else f"computed:{name}"
            self._keys[operand] = key
            self._names[key] = name
            self._absent[key] = ""
            before = self._before[key] = f',"{name}":'
            self._true[key] = before + compared(True)
            self._false[key] = before + compared(False)
            if not isinstance(operand, Name):
                self._computed[key] = operand
        return self._keys[operand]

    def _free_name(self) -> str:
        while True:
            name = f"p{self._next}"
            self._next += 1
            if engine_hash(name) not in self._hashes:
                self._hashes.add(engine_hash(name))
                return name

    def values(self, facts: Mapping[str, Folded]) -> dict[str, Folded]:
        """Return the properties that have a value; what is missing is left out."""
        names = self._names
        found = {names[fact]: value for fact, value in facts.items() if fact in names}
        for key, value in self._values_computed(facts):
            found[names[key]] = value
        return found

    def written(self, facts: Mapping[str, Folded]) -> dict[str, str]:
        """Return every property as JSON with a comma before it; empty where it has no value.

        Raises EngineError for a value that the engine cannot compare.
        """
        found = self._absent.copy()
        true, false, before = self._true, self._false, self._before
        # Every fact of every check passes here: speed counts more than brevity.
        for fact, value in facts.items():
            if fact in found:
                if value is True:
                    found[fact] = true[fact]
                elif value is False:
                    found[fact] = false[fact]
                elif type(value) is int and -MAXIMUM_NUMBER <= value <= MAXIMUM_NUMBER:
                    found[fact] = f"{before[fact]}{value}"
                else:
                    found[fact] = before[fact] + compared(value)
        for key, value in self._values_computed(facts):
            found[key] = before[key] + compared(value)
        return found

    def _values_computed(self, facts: Mapping[str, Folded]) -> Iterator[tuple[str, Folded]]:
        for key, operand in self._computed.items():
            value = value_of(operand, facts)
            if value is not None:
                yield key, value

    def learn(self, known: dict[str, str], found: Mapping[str, bool]) -> None:
        """Add facts that were found later to what was written; what no rule reads is left out."""
        for fact, truth in found.items():
            if fact in known:
                known[fact] = self._true[fact] if truth else self._false[fact]
