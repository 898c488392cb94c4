"""The law as loaded: everything that rules, parameters and vocabulary files say, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from fanzha.model.norms import CheckType, Definition, Instrument, Obligation
from fanzha.model.provisions import Provision
from fanzha.model.sanctions import Liability
from fanzha.model.text import Text
from fanzha.model.vocabulary import Fact, Parameter, Role, close_roles

__all__ = ["Bundle", "BundleIdentity", "Law", "Liability"]


@dataclass(frozen=True, slots=True)
class BundleIdentity:
    """Who a folder of rules is, as its `bundle.yaml` says.

    `prefix` begins the names of all its facts, parameters, roles, measures and domains.
    """

    name: str
    prefix: str
    title: Text
    version: str
    issuer: Text


@dataclass(frozen=True, slots=True)
class Bundle:
    """One published set of rule files, with a digest over all of them."""

    name: str
    digest: str
    files: Mapping[str, str]
    """Path inside the bundle -> SHA-256 of the file."""
    identity: BundleIdentity | None = None
    """None for rules that ship with the service or with a plugin and say no more."""


@dataclass(frozen=True)
class Law:
    """Immutable; built by the loader and only read afterwards."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]
    roles: Mapping[str, Role]
    measures: Mapping[str, Text]
    instruments: Mapping[str, Instrument]
    obligations: Mapping[str, Obligation]
    definitions: tuple[Definition, ...]
    liabilities: Mapping[str, Liability]
    check_types: Mapping[str, CheckType]
    domains: Mapping[str, Text]
    bundles: tuple[Bundle, ...]
    provisions: Mapping[str, Provision] = field(default_factory=dict)
    """Norm -> what became of it, for the laws that keep account of theirs."""

    def close_roles(self, held: Iterable[str]) -> frozenset[str]:
        """Return the roles held together with all that they imply."""
        return close_roles(frozenset(held), self.roles)

    def obligations_of(self, check_type: str) -> tuple[Obligation, ...]:
        """Return the obligations that a check type raises, on whatever day, by id."""
        found = (each for each in self.obligations.values() if check_type in each.check_types)
        return tuple(sorted(found, key=lambda each: each.id))

    def definition_of(self, element: str, check_type: str, day: date) -> Definition | None:
        """Return the definition of an element for a check type on a day, if there is one."""
        for each in self.definitions:
            if each.element == element and each.serves(check_type, day):
                return each
        return None
