"""Who calls: the kinds of keys, what each may do at most, and whom it sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fanzha.model.text import Text


class KeyKind(StrEnum):
    """On whose behalf a key acts."""

    INSTITUTION = "institution"
    """One institution's own systems and officers."""
    REGULATOR = "regulator"
    """A supervisor, for the institutions that the registry says it supervises."""
    AUDITOR = "auditor"
    """Whoever must be able to trust the record: reads all of it, changes nothing."""
    OPERATOR = "operator"
    """Whoever runs the service: the registry and its state, and no decision."""


class Scope(StrEnum):
    """One thing that a key may do."""

    CHECKS_WRITE = "checks:write"
    DECISIONS_READ = "decisions:read"
    INSTITUTIONS_READ = "institutions:read"
    INSTITUTIONS_WRITE = "institutions:write"
    PROFILES_WRITE = "profiles:write"
    SELF_TESTS = "self-tests"
    AUDIT_READ = "audit:read"


SCOPES: Mapping[KeyKind, frozenset[Scope]] = {
    KeyKind.INSTITUTION: frozenset(
        {
            Scope.CHECKS_WRITE,
            Scope.DECISIONS_READ,
            Scope.INSTITUTIONS_READ,
            Scope.PROFILES_WRITE,
            Scope.SELF_TESTS,
        }
    ),
    KeyKind.REGULATOR: frozenset({Scope.DECISIONS_READ, Scope.INSTITUTIONS_READ}),
    KeyKind.AUDITOR: frozenset({Scope.DECISIONS_READ, Scope.INSTITUTIONS_READ, Scope.AUDIT_READ}),
    KeyKind.OPERATOR: frozenset(
        {
            Scope.INSTITUTIONS_READ,
            Scope.INSTITUTIONS_WRITE,
            Scope.PROFILES_WRITE,
            Scope.SELF_TESTS,
        }
    ),
}
"""What a key of each kind may do unless it was made narrower; never more."""

TITLES: Mapping[KeyKind, Text] = {
    KeyKind.INSTITUTION: Text(zh="机构", en="institution"),
    KeyKind.REGULATOR: Text(zh="监管机关", en="regulator"),
    KeyKind.AUDITOR: Text(zh="审计", en="auditor"),
    KeyKind.OPERATOR: Text(zh="运营者", en="operator"),
}


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """On whose behalf a request comes, and what it may do."""

    kind: KeyKind
    institution: str | None = None
    """The institution whose own key it is."""
    supervisor: str | None = None
    """The supervisor that a regulator's key acts for, as the registry spells it."""
    scopes: frozenset[Scope] = frozenset()
    key_id: str = ""
    """Names the key, and is none."""
    expires_at: datetime | None = None

    @property
    def identity(self) -> str:
        """Who it is, in one word that stays when an institution or regulator changes keys."""
        return f"{self.kind}:{self.institution or self.supervisor or self.key_id}"

    def sees(self, institution: str, supervisor: str | None) -> bool:
        """Tell whether what belongs to that institution, supervised so, is open to this holder."""
        match self.kind:
            case KeyKind.INSTITUTION:
                return self.institution == institution
            case KeyKind.REGULATOR:
                return supervisor is not None and self.supervisor == supervisor
            case KeyKind.AUDITOR | KeyKind.OPERATOR:
                return True
