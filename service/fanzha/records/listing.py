"""The questions by which decisions are listed, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from fanzha.records.tables import decision_obligations, decisions, institutions

VIOLATED = "violated"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None lets everything through. Times include both ends."""

    institution: str | None = None
    supervisor: str | None = None
    """Decisions of the institutions that it supervises by now."""
    domain: str | None = None
    check_type: str | None = None
    outcome: str | None = None
    obligation: str | None = None
    """Decisions in which this obligation has `status`; `violated` where none is given."""
    status: str | None = None
    """Violated, pending, undetermined or error, of any obligation where none is named."""
    reference: str | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    occurred_from: datetime | None = None
    occurred_to: datetime | None = None


def listed(filters: Filters, *, limit: int, before: str | None = None) -> Select[Any]:
    """Return the query for one page: ids and answers, newest first."""
    # Ids sort by time. The answers are read for the page alone and not for what is sorted.
    ids = select(decisions.c.id).order_by(decisions.c.id.desc()).limit(limit)
    # Of the others there is nothing left to show.
    ids = ids.where(decisions.c.purge.is_(None))
    for column in ("institution", "domain", "check_type", "outcome", "reference"):
        wanted = getattr(filters, column)
        if wanted is not None:
            ids = ids.where(decisions.c[column] == wanted)
    if filters.supervisor is not None:
        supervised = select(institutions.c.id).where(
            institutions.c.supervisor == filters.supervisor
        )
        ids = ids.where(decisions.c.institution.in_(supervised))
    for column, low, high in (
        ("recorded_at", filters.recorded_from, filters.recorded_to),
        ("occurred_at", filters.occurred_from, filters.occurred_to),
    ):
        if low is not None:
            ids = ids.where(decisions.c[column] >= low)
        if high is not None:
            ids = ids.where(decisions.c[column] <= high)
    if filters.obligation is not None or filters.status is not None:
        ids = ids.where(_has_finding(filters))
    if before is not None:
        ids = ids.where(decisions.c.id < before)
    page = ids.subquery()
    rows = select(decisions.c.id, decisions.c.answer_json)
    return rows.join(page, page.c.id == decisions.c.id).order_by(decisions.c.id.desc())


def _has_finding(filters: Filters) -> Any:
    found = decision_obligations.c
    query = select(found.decision_id).where(found.decision_id == decisions.c.id)
    if filters.obligation is not None:
        query = query.where(found.obligation == filters.obligation)
        query = query.where(found.status == (filters.status or VIOLATED))
    else:
        query = query.where(found.status == filters.status)
    return query.exists()
