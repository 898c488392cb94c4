"""One decision as it is kept: what was asked, what the rules read, what was answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String

from fanzha.records.idempotency import Claim
from fanzha.records.tables import decisions

# Neither of them can be kept by both databases: PostgreSQL has no U+0000, UTF-8 no surrogates.
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
_LIMITS: Mapping[str, int] = {
    column.name: column.type.length
    for column in decisions.columns
    # Not by a purge, which comes later.
    if isinstance(column.type, String) and column.type.length and column is not decisions.c.purge
}


def is_storable(text: str) -> bool:
    """Return whether both databases can keep this text as it is."""
    return _NOT_STORABLE.search(text) is None


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A row of `decisions`. Together its columns are enough to judge again and compare.

    Raises ValueError for what one of the databases could not keep, so that a wrong row is
    refused where it was made and not among the others of its group.
    """

    id: str
    institution: str
    domain: str
    check_type: str
    stage: str
    occurred_at: datetime
    as_of: date
    outcome: str
    reference: str | None
    recorded_at: datetime
    check_json: bytes
    """The check as posted, with personal facts replaced by their digests."""
    answer_json: bytes
    """The answer, to the byte as it is sent."""
    versions_json: bytes
    """Digests of the bundles; versions of the plugins and the service; the digests' key id."""
    context_json: bytes = b"{}"
    """What the service added before it judged: the institution's roles and standing facts, and
    the derived values that the rules read. A value derived from a personal fact cannot be
    derived again from its digest, and a registry changes; without these nothing is replayed."""

    def __post_init__(self) -> None:
        for name, limit in _LIMITS.items():
            text = getattr(self, name)
            if isinstance(text, str) and (len(text) > limit or not is_storable(text)):
                raise ValueError(f"`{name}` cannot be kept: over {limit} characters, or no text")
        for moment in (self.occurred_at, self.recorded_at):
            if moment.tzinfo is None:
                raise ValueError("a time in the record carries its offset")

    def as_row(self) -> dict[str, Any]:
        """Return the values by the names of their columns."""
        return {name: getattr(self, name) for name in _COLUMNS}


_COLUMNS = tuple(field.name for field in fields(DecisionRecord))


class Relation(StrEnum):
    """How a decision takes the place of an earlier one."""

    SUPERSEDES = "supersedes"
    """The institution corrects what it had posted."""
    FOLLOWS = "follows"
    """The same facts, judged again once a deadline had passed."""


@dataclass(frozen=True, slots=True)
class Link:
    """The earlier decision whose place is taken, and how."""

    relation: Relation
    earlier_id: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a decision is found again; committed together with it, and apart from its bytes."""

    open_obligations: Mapping[str, str] = field(default_factory=dict)
    """Obligation -> status, for those that are violated, pending, undetermined or failed."""
    due_at: datetime | None = None
    """When the first of its running deadlines ends, if it is to be judged again then."""
    link: Link | None = None
    claim: Claim | None = None
    """The caller's own key on the request, if it carried one."""
