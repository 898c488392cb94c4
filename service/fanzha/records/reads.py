"""Who read which decision, when, how and why: written before the decision is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import insert, select

from fanzha.records.database import Database
from fanzha.records.decision_record import is_storable
from fanzha.records.tables import decision_reads

READER_AT_MOST = 200
PURPOSE_AT_MOST = 500


class Way(StrEnum):
    """How a decision was read."""

    SHOW = "show"
    LIST = "list"
    REPLAY = "replay"
    EXPORT = "export"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and what for, in the reader's own words."""

    name: str
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One read, as it was recorded."""

    decision_id: str
    read_by: str
    read_at: datetime
    way: str
    purpose: str | None


class Reads:
    """Reads of decisions; rows are only ever added."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, decision_ids: Iterable[str], reader: Reader, way: Way, now: datetime | None = None
    ) -> None:
        """Record that these are about to be shown; raise StoreUnavailable, and then show none."""
        rows = [
            {
                "decision_id": each,
                "read_by": _kept(reader.name, READER_AT_MOST),
                "read_at": now or datetime.now(UTC),
                "way": way.value,
                "purpose": _kept(reader.purpose, PURPOSE_AT_MOST) if reader.purpose else None,
            }
            for each in decision_ids
        ]
        if rows:
            with self._database.writing() as connection:
                connection.execute(insert(decision_reads), rows)

    def of(self, decision_id: str, *, limit: int, after: int = 0) -> tuple[tuple[int, Read], ...]:
        """Return the reads of a decision with their numbers, the first one first."""
        wanted = decision_reads.c.decision_id == decision_id
        query = select(decision_reads).where(wanted, decision_reads.c.number > after)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(decision_reads.c.number).limit(limit)).all()
        return tuple(
            (row.number, Read(row.decision_id, row.read_by, row.read_at, row.way, row.purpose))
            for row in rows
        )


def _kept(text: str, at_most: int) -> str:
    # What cannot be kept must not keep the read from being recorded.
    if not is_storable(text):
        text = text.encode("ascii", "backslashreplace").decode().replace("\0", "\\0")
    return text[:at_most]
