"""The tables, as the newest migration leaves them; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    Unicode,
)
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment as fixed-width UTC text: the same in both databases, readable, and it sorts.

    SQLite has no times, and neither database keeps an offset; the check itself does.
    """

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return `2026-03-02T02:15:00.000000Z`; raise ValueError for a time without offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time in the record carries its offset")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        return None if value is None else datetime.fromisoformat(value)


# INVARIANT: rows of this table are only ever added (a trigger of each database sees to it).
# No foreign key to institutions: the record stands by itself.
decisions = Table(
    "decisions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("institution", Unicode(200), nullable=False),
    Column("domain", String(100), nullable=False),
    Column("check_type", String(100), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("reference", Unicode(200)),
    Column("recorded_at", Instant, nullable=False),
    # Bytes, not a JSON type: what is hashed and replayed is what was sent, to the byte.
    Column("check_json", LargeBinary, nullable=False),
    Column("answer_json", LargeBinary, nullable=False),
    Column("versions_json", LargeBinary, nullable=False),
    # What was added before judging: roles, standing facts, derived values.
    Column("context_json", LargeBinary, nullable=False),
    # Ids sort by time, so these serve lists of an institution or an outcome, newest first.
    Index(None, "institution", "id"),
    Index(None, "outcome", "id"),
)

institutions = Table(
    "institutions",
    metadata,
    Column("id", Unicode(200), primary_key=True),
    Column("name_zh", Unicode(500), nullable=False),
    Column("name_en", Unicode(500), nullable=False),
    # Role ids in the order given, with blanks between; no id has a blank.
    Column("roles", String(2000), nullable=False),
    Column("licensed_from", Date),
    Column("supervisor", Unicode(500)),
)

keys = Table(
    "keys",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("institution", Unicode(200), ForeignKey("institutions.id"), nullable=False),
    Column("title", Unicode(200), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "institution"),
)
