"""The tables, as the newest migration leaves them; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
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


# INVARIANT: rows of this table are only ever added (a trigger of each database sees to it). One
# change is let through: a recorded purge puts the digests of contents in their place.
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
    # The purge that removed check, answer and context; they hold their digests since.
    Column("purge", String(36)),
    # Ids sort by time, so these serve lists of an institution or an outcome, newest first.
    Index(None, "institution", "id"),
    Index(None, "outcome", "id"),
    Index(None, "institution", "domain", "check_type", "id"),
    Index(None, "institution", "occurred_at"),
    Index(None, "institution", "recorded_at"),
    Index(None, "reference"),
)
Index(
    "ix_decisions_purge",
    decisions.c.purge,
    # Of most decisions there is nothing to write into it.
    sqlite_where=decisions.c.purge.is_not(None),
    postgresql_where=decisions.c.purge.is_not(None),
)

# The chain over what is kept; `fanzha.records.chain` says what is hashed. Only ever added to.
chain = Table(
    "chain",
    metadata,
    Column("institution", Unicode(200), primary_key=True),
    Column("writer", String(16), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    # The id of the decision or of the purge.
    Column("subject", String(36), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "subject", unique=True),
)

# Which contents were removed, for whom and by whom. Only ever added to.
purges = Table(
    "purges",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("institution", Unicode(200), nullable=False),
    # Decisions recorded before this moment.
    Column("before", Instant, nullable=False),
    Column("decisions", Integer, nullable=False),
    # SHA-256 over their ids, sorted, each with a line feed after it.
    Column("ids_sha256", String(64), nullable=False),
    Column("purged_at", Instant, nullable=False),
    Column("purged_by", Unicode(200), nullable=False),
)

# Who read which decision, when and why. Only ever added to.
decision_reads = Table(
    "decision_reads",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("decision_id", String(36), nullable=False),
    Column("read_by", Unicode(200), nullable=False),
    Column("read_at", Instant, nullable=False),
    # A value of `Way`: how it came to be shown.
    Column("way", String(20), nullable=False),
    Column("purpose", Unicode(500)),
    Index(None, "decision_id", "number"),
)

# Files of rules by their digest, compressed, and which of them made up which bundle: what a
# decision is judged by again after the rules have changed. Only ever added to.
rule_files = Table(
    "rule_files",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
rule_bundles = Table(
    "rule_bundles",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", Unicode(200), nullable=False),
    # Path -> digest, of the files read and of those that lay beside them.
    Column("files_json", LargeBinary, nullable=False),
    Column("kept_at", Instant, nullable=False),
)

# What is open in a decision: violated, pending, undetermined, failed. Only ever added to. What is
# fulfilled or does not apply stands in the answer alone: nobody lists decisions by it.
decision_obligations = Table(
    "decision_obligations",
    metadata,
    Column("decision_id", String(36), primary_key=True),
    Column("obligation", String(200), primary_key=True),
    Column("status", String(20), nullable=False),
    Index(None, "obligation", "status", "decision_id"),
    Index(None, "status", "decision_id"),
)

# Which decision takes the place of which: it `supersedes` one that was wrong, or `follows` one
# whose time had come. Only ever added to, beside the decisions: their bytes stay as they are.
# INVARIANT: each takes the place of one at most, and the place of each is taken once.
decision_links = Table(
    "decision_links",
    metadata,
    Column("decision_id", String(36), primary_key=True),
    Column("relation", String(20), nullable=False),
    Column("earlier_id", String(36), nullable=False),
    Index(None, "earlier_id", unique=True),
)

# A list of work, no record: decisions with deadlines that run, until another takes their place.
due_decisions = Table(
    "due_decisions",
    metadata,
    Column("decision_id", String(36), primary_key=True),
    Column("institution", Unicode(200), nullable=False),
    Column("due_at", Instant, nullable=False),
    # The same moment, or later where judging again has failed: with the code of the error.
    Column("look_at", Instant, nullable=False),
    Column("failure", String(100)),
    Index(None, "look_at"),
)

# Work that one process does at a time.
leases = Table(
    "leases",
    metadata,
    Column("name", String(50), primary_key=True),
    Column("holder", String(50), nullable=False),
    Column("until", Instant, nullable=False),
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
    Column("licensed_until", Date),
)

# INVARIANT: rows of this table are only ever added (a trigger of each database sees to it).
attestations = Table(
    "attestations",
    metadata,
    # Numbers rise, so the greatest of a fact is the one recorded last.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("institution", Unicode(200), ForeignKey("institutions.id"), nullable=False),
    Column("fact", String(200), nullable=False),
    Column("value_json", LargeBinary, nullable=False),
    Column("assessor", Unicode(200), nullable=False),
    Column("assessed_at", Date, nullable=False),
    Column("evidence", Unicode(1000), nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("basis", Unicode(2000)),
    Column("recorded_at", Instant, nullable=False),
    Index(None, "institution", "number"),
)

keys = Table(
    "keys",
    metadata,
    Column("digest", String(64), primary_key=True),
    # None for an operator's.
    Column("institution", Unicode(200), ForeignKey("institutions.id")),
    Column("title", Unicode(200), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
    # Whom a regulator's acts for.
    Column("supervisor", Unicode(500)),
    # Names with blanks between; None: whatever its kind may do.
    Column("scopes", String(300)),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Index(None, "institution"),
)

# Which key of which caller stands for what was made, so that asking again makes nothing new. The
# rows of decisions are committed with them.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    # Of the caller and the key; neither is kept.
    Column("digest", String(64), primary_key=True),
    # Keyed, for what was asked holds personal facts.
    Column("request_digest", String(100), nullable=False),
    # The id of a decision or a self-test.
    Column("made", String(36), nullable=False),
    Column("created_at", Instant, nullable=False),
)

# How many requests of a caller the processes have taken for themselves in a stretch of time.
rate_windows = Table(
    "rate_windows",
    metadata,
    Column("caller", Unicode(700), primary_key=True),
    # Seconds since 1970.
    Column("started", BigInteger, primary_key=True, autoincrement=False),
    Column("taken", Integer, nullable=False),
    Index(None, "started"),
)

# A run of worked cases. The process that runs it says now and then that it is still there.
self_tests = Table(
    "self_tests",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("state", String(20), nullable=False),
    # None: all cases.
    Column("target", Unicode(200)),
    # The institution whose key asked for it; None for an operator's.
    Column("requested_by", Unicode(200)),
    Column("requested_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("seen_at", Instant, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("report_json", LargeBinary),
    Index(None, "state"),
)
