"""A check: what an institution posts about one event, read and typed but not yet judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fanzha.model.attestation import Assessment
from fanzha.model.norms import Stage
from fanzha.model.value_types import Value

__all__ = ["Check", "Value"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `facts` and `circumstances` hold only what was stated."""

    domain: str
    check_type: str
    stage: Stage
    institution: str
    occurred_at: datetime
    known_at: datetime
    facts: Mapping[str, Value]
    circumstances: Mapping[str, Value]
    contract: int
    scope: tuple[str, ...] = ()
    """Ids of obligations, or what ids begin with, whole parts of them; empty: all."""
    reference: str | None = None
    supersedes: str | None = None
    """Id of the decision that this check corrects."""
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    """Fact -> who says so, for the facts that came with it."""

    def covers(self, obligation: str) -> bool:
        """Tell whether an obligation lies in the scope."""
        return not self.scope or any(is_within(obligation, each) for each in self.scope)

    @property
    def key(self) -> str:
        """`domain/check_type`."""
        return f"{self.domain}/{self.check_type}"


def is_within(obligation: str, scope: str) -> bool:
    """Tell whether an id is `scope` or begins with it: `cn.atofl.a1` does not mean `a10`."""
    return f"{obligation}.".startswith(f"{scope.removesuffix('.')}.")
