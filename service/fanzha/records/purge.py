"""Removes the contents of decisions whose time is over, and records that it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from fanzha.records.chain import (
    PURGED,
    Chain,
    ChainDraft,
    EntryKind,
    ids_digest,
    subject_digest,
)
from fanzha.records.database import Database
from fanzha.records.digesting import sha256
from fanzha.records.tables import chain, decisions, due_decisions, purges

_AT_ONCE = 1000


class Purges:
    """Puts digests where contents were; ids, dates, outcome and chain stay."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.chain = Chain()

    def institutions(self, before: datetime) -> list[str]:
        """Return those that have something to purge."""
        query = select(decisions.c.institution).distinct()
        query = query.where(decisions.c.recorded_at < before, decisions.c.purge.is_(None))
        with self._database.reading() as connection:
            return sorted(connection.execute(query).scalars())

    def count(self, institution: str, before: datetime) -> int:
        """Return how many decisions of an institution would be purged."""
        query = _of(institution, before).with_only_columns(decisions.c.id)
        with self._database.reading() as connection:
            return len(connection.execute(query).all())

    def purge(
        self,
        institution: str,
        before: datetime,
        *,
        by: str,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> Iterator[int]:
        """Purge what was recorded before, some at a time; yield how many each time.

        Each part is a transaction with its own record, which stands in the chain.
        """
        while True:
            draft = self.chain.draft()
            try:
                with self._database.writing() as connection:
                    done = _purge_some(
                        connection, draft, institution, before, by, new_id(), clock()
                    )
            except BaseException:
                # Committed or not: that is not always known.
                self.chain.restart()
                raise
            self.chain.take(draft)
            if not done:
                return
            yield done


def _of(institution: str, before: datetime) -> Select[Any]:
    found = decisions.c.institution == institution, decisions.c.recorded_at < before
    return select(decisions).where(*found, decisions.c.purge.is_(None))


def _purge_some(
    connection: Connection,
    draft: ChainDraft,
    institution: str,
    before: datetime,
    by: str,
    purge_id: str,
    now: datetime,
) -> int:
    query = _of(institution, before).order_by(decisions.c.id).limit(_AT_ONCE).with_for_update()
    rows = connection.execute(query).mappings().all()
    if not rows:
        return 0
    ids = [row["id"] for row in rows]
    purge = {
        "id": purge_id,
        "institution": institution,
        "before": before,
        "decisions": len(ids),
        "ids_sha256": ids_digest(ids),
        "purged_at": now,
        "purged_by": by[:200],
    }
    connection.execute(insert(purges), purge)
    digest = subject_digest(EntryKind.PURGE, purge)
    entry = draft.append(institution, EntryKind.PURGE, purge_id, digest, now)
    connection.execute(insert(chain), entry)
    change = update(decisions).where(decisions.c.id == bindparam("decision"))
    change = change.values({name: bindparam(f"{name}_digest") for name in PURGED})
    connection.execute(
        change.values(purge=purge_id),
        [
            {
                "decision": row["id"],
                **{f"{name}_digest": sha256(row[name]).encode() for name in PURGED},
            }
            for row in rows
        ],
    )
    # Nothing is judged again without its facts.
    connection.execute(delete(due_decisions).where(due_decisions.c.decision_id.in_(ids)))
    return len(ids)
