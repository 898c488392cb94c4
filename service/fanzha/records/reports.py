"""What a report on one institution reads: counts by the database, answers one after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, Select, and_, func, select

from fanzha.records.database import Database
from fanzha.records.tables import decision_links, decision_obligations, decisions

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Reported:
    """The decisions of one institution on acts of a period; both ends are included."""

    institution: str
    occurred_from: datetime
    occurred_to: datetime


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer with the decision whose place it took, if any, and how."""

    answer: dict[str, Any]
    relation: str | None


class Reports:
    """Reads for reports. Decisions whose place another took are only counted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, reported: Reported) -> list[Row[Any]]:
        """Return how many stand, by domain, check type, stage and outcome."""
        kinds = (
            decisions.c.domain,
            decisions.c.check_type,
            decisions.c.stage,
            decisions.c.outcome,
        )
        query = _standing(reported, *kinds, func.count().label("number")).group_by(*kinds)
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(*kinds)).all())

    def replaced(self, reported: Reported) -> dict[str, int]:
        """Return how many do not stand any more, by how their place was taken."""
        successor = decision_links.alias()
        query = (
            select(successor.c.relation, func.count().label("number"))
            .select_from(decisions)
            .join(successor, successor.c.earlier_id == decisions.c.id)
            .where(_within(reported))
            .group_by(successor.c.relation)
        )
        with self._database.reading() as connection:
            return {row.relation: row.number for row in connection.execute(query)}

    def versions(self, reported: Reported) -> list[Row[Any]]:
        """Return what judged the decisions that stand: versions and bundles, and how many."""
        query = _standing(
            reported,
            decisions.c.versions_json,
            func.count().label("number"),
            func.min(decisions.c.recorded_at).label("first"),
            func.max(decisions.c.recorded_at).label("last"),
        ).group_by(decisions.c.versions_json)
        with self._database.reading() as connection:
            return sorted(connection.execute(query).all(), key=lambda row: str(row.first))

    def answers(self, reported: Reported, *, open_only: bool) -> Iterator[KeptAnswer]:
        """Go through the answers that stand, by the time of the act.

        `open_only` leaves out those in which nothing is violated, pending, undetermined or
        failed.
        """
        link = decision_links.alias()
        query = _standing(reported, decisions.c.answer_json, link.c.relation)
        query = query.outerjoin(link, link.c.decision_id == decisions.c.id)
        query = query.where(decisions.c.purge.is_(None))
        if open_only:
            finding = select(decision_obligations.c.decision_id)
            mine = decision_obligations.c.decision_id == decisions.c.id
            query = query.where(finding.where(mine).exists())
        query = query.order_by(decisions.c.occurred_at, decisions.c.id)
        # In parts: a report can be about more decisions than a process should hold at once.
        query = query.execution_options(yield_per=_AT_ONCE)
        with self._database.reading() as connection:
            for row in connection.execute(query):
                yield KeptAnswer(orjson.loads(row.answer_json), row.relation)


def _within(reported: Reported) -> Any:
    return and_(
        decisions.c.institution == reported.institution,
        decisions.c.occurred_at >= reported.occurred_from,
        decisions.c.occurred_at <= reported.occurred_to,
    )


def _standing(reported: Reported, *columns: Any) -> Select[Any]:
    successor = decision_links.alias()
    taken = select(successor.c.decision_id).where(successor.c.earlier_id == decisions.c.id)
    return select(*columns).select_from(decisions).where(_within(reported), ~taken.exists())
