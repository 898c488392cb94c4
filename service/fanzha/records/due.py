"""Decisions whose deadlines run, and the lease of whoever judges them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exc, insert, or_, select, update

from fanzha.records.database import Database
from fanzha.records.tables import due_decisions, leases


@dataclass(frozen=True, slots=True)
class DueDecision:
    """One decision with the first of its deadlines, and why judging it again failed last."""

    decision_id: str
    institution: str
    due_at: datetime
    failure: str | None


class DueDecisions:
    """The list of work: what a decision that takes another's place removes from it by itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def until(
        self,
        moment: datetime,
        *,
        limit: int,
        institution: str | None = None,
        past_failures: bool = False,
    ) -> tuple[DueDecision, ...]:
        """Return what falls due before `moment`, the earliest first.

        What has failed is left alone for a while, unless `past_failures`.
        """
        column = due_decisions.c.due_at if past_failures else due_decisions.c.look_at
        # A deadline includes its last moment: what ends now is not over yet.
        query = select(due_decisions).where(column < moment)
        if institution is not None:
            query = query.where(due_decisions.c.institution == institution)
        query = query.order_by(column, due_decisions.c.decision_id).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            DueDecision(row.decision_id, row.institution, row.due_at, row.failure) for row in rows
        )

    def postpone(self, decision_id: str, until: datetime, failure: str) -> None:
        """Look at it again later, for it could not be judged; `failure` is the error's code."""
        change = update(due_decisions).where(due_decisions.c.decision_id == decision_id)
        with self._database.writing() as connection:
            connection.execute(change.values(look_at=until, failure=failure))

    def take_lease(self, name: str, holder: str, now: datetime, length: timedelta) -> bool:
        """Return whether `holder` has the work of this name to itself for so long from now."""
        mine = or_(
            leases.c.until <= now,
            leases.c.holder == holder,
            # Taken while a clock was ahead: it would keep everyone from the work until then.
            leases.c.until > now + 2 * length,
        )
        take = update(leases).where(leases.c.name == name, mine)
        values = {"holder": holder, "until": now + length}
        with self._database.writing() as connection:
            if connection.execute(take.values(values)).rowcount:
                return True
            known = select(leases.c.name).where(leases.c.name == name)
            if connection.execute(known).first():
                return False
            try:
                with connection.begin_nested():
                    connection.execute(insert(leases).values(name=name, **values))
            except exc.IntegrityError:
                # Another process was there first.
                return False
        return True
