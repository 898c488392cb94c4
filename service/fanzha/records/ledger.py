"""Reads the chain with what it is about, for whoever verifies or exports it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from fanzha.records.chain import (
    CONTENTS,
    DECISION_FIELDS,
    PURGE_FIELDS,
    EntryKind,
    Head,
    ids_digest,
    written,
)
from fanzha.records.database import Database
from fanzha.records.tables import (
    chain,
    decision_links,
    decision_obligations,
    decisions,
    purges,
)

_AT_ONCE = 500

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked about; None lets everything through. Times include the first, not the last."""

    institution: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether chains are seen from their beginning to their end."""
        return self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class ChainPart:
    """One chain as far as it lies within a span."""

    institution: str
    writer: str
    first: int
    last: int
    entries: int


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as it is kept, and what it is about; None where that is missing."""

    entry: Json
    subject: Json | None


class Ledger:
    """Chains, entries and what they are about, all read only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def parts(self, span: Span) -> list[ChainPart]:
        """Return the chains of the span, by institution and writer."""
        key = chain.c.institution, chain.c.writer
        query = select(
            *key,
            func.min(chain.c.sequence).label("first"),
            func.max(chain.c.sequence).label("last"),
            func.count().label("entries"),
        )
        query = _within(query, chain, span).group_by(*key)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        # Sorted here: the databases disagree about the order of text.
        return sorted(
            (ChainPart(*row) for row in rows), key=lambda each: (each.institution, each.writer)
        )

    def heads(self, institution: str | None = None) -> list[Head]:
        """Return the last entry of each chain as it is now."""
        return [
            Head(row.institution, row.writer, row.sequence, row.hash)
            for part in self.parts(Span(institution))
            for row in self._entries(part.institution, part.writer, part.last, part.last)
        ]

    def entries(self, part: ChainPart) -> Iterator[KeptEntry]:
        """Go through the entries of a chain in their order, with what they are about."""
        for start in range(part.first, part.last + 1, _AT_ONCE):
            end = min(start + _AT_ONCE - 1, part.last)
            rows = self._entries(part.institution, part.writer, start, end)
            with self._database.reading() as connection:
                subjects = _subjects(connection, rows)
            for row in rows:
                entry = {str(name): written(value) for name, value in row._mapping.items()}
                yield KeptEntry(entry, subjects.get((row.kind, row.subject)))

    def unchained(self, span: Span) -> tuple[str, str, str] | None:
        """Return kind, institution and id of the first record that stands in no chain."""
        for kind, table, moment in (
            (EntryKind.DECISION, decisions, decisions.c.recorded_at),
            (EntryKind.PURGE, purges, purges.c.purged_at),
        ):
            missing = and_(chain.c.subject == table.c.id, chain.c.kind == kind.value)
            query = select(table.c.institution, table.c.id).outerjoin(chain, missing)
            query = query.where(chain.c.subject.is_(None)).order_by(table.c.id).limit(1)
            if span.institution is not None:
                query = query.where(table.c.institution == span.institution)
            if span.since is not None:
                query = query.where(moment >= span.since)
            if span.until is not None:
                query = query.where(moment < span.until)
            with self._database.reading() as connection:
                row = connection.execute(query).first()
            if row:
                return kind.value, row.institution, row.id
        return None

    def has_purge(self, purge_id: str, institution: str) -> bool:
        """Tell whether a purge of this institution is recorded and stands in its chain."""
        query = select(purges.c.id).join(chain, chain.c.subject == purges.c.id)
        query = query.where(
            purges.c.id == purge_id,
            purges.c.institution == institution,
            chain.c.institution == institution,
            chain.c.kind == EntryKind.PURGE.value,
        )
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def _entries(self, institution: str, writer: str, first: int, last: int) -> Sequence[Any]:
        query = select(chain).where(
            chain.c.institution == institution,
            chain.c.writer == writer,
            chain.c.sequence.between(first, last),
        )
        with self._database.reading() as connection:
            return connection.execute(query.order_by(chain.c.sequence)).all()


def _within(query: Select[Any], table: Any, span: Span) -> Select[Any]:
    if span.institution is not None:
        query = query.where(table.c.institution == span.institution)
    if span.since is not None:
        query = query.where(table.c.recorded_at >= span.since)
    if span.until is not None:
        query = query.where(table.c.recorded_at < span.until)
    return query


def _subjects(connection: Connection, rows: Sequence[Any]) -> dict[tuple[str, str], Json]:
    ids = [row.subject for row in rows if row.kind == EntryKind.DECISION]
    found: dict[tuple[str, str], Json] = {}
    if ids:
        findings = _findings(connection, ids)
        links = _links(connection, ids)
        query = select(decisions).where(decisions.c.id.in_(ids))
        for row in connection.execute(query).mappings():
            decision = {name: written(row[name]) for name in DECISION_FIELDS}
            for name in CONTENTS:
                # Broken text does not come back to the same digest, which is what it says.
                decision[name] = decision[name].decode(errors="replace")
            decision["findings"] = findings.get(row["id"], {})
            decision["link"] = links.get(row["id"])
            found[EntryKind.DECISION.value, row["id"]] = decision
    purged = [row.subject for row in rows if row.kind == EntryKind.PURGE]
    for row in connection.execute(select(purges).where(purges.c.id.in_(purged))).mappings():
        purge = {name: written(row[name]) for name in PURGE_FIELDS}
        ids_now = connection.execute(
            select(decisions.c.id).where(decisions.c.purge == row["id"])
        ).scalars()
        purge["ids_now_sha256"] = ids_digest(ids_now)
        found[EntryKind.PURGE.value, row["id"]] = purge
    return found


def _findings(connection: Connection, ids: list[str]) -> dict[str, dict[str, str]]:
    query = select(decision_obligations).where(decision_obligations.c.decision_id.in_(ids))
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.decision_id, {})[row.obligation] = row.status
    return found


def _links(connection: Connection, ids: list[str]) -> dict[str, tuple[str, str]]:
    query = select(decision_links).where(decision_links.c.decision_id.in_(ids))
    return {row.decision_id: (row.relation, row.earlier_id) for row in connection.execute(query)}
