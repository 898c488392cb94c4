"""The hash chain, purges of contents, reads of decisions, and the rules that judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from fanzha.records.chain import (
    CONTENTS,
    PLAIN,
    Chain,
    EntryKind,
    canonical,
    decision_form,
)
from fanzha.records.digesting import sha256

revision = "0005"
down_revision = "0004"

_AT_ONCE = 500

_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER {table}_are_not_changed BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} are only ever added'); END
    """,
    """
    CREATE TRIGGER {table}_are_not_deleted BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} are only ever added'); END
    """,
    # INSERT OR REPLACE deletes without firing the trigger for deletes.
    """
    CREATE TRIGGER {table}_are_not_replaced BEFORE INSERT ON {table}
    WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
    BEGIN SELECT RAISE(ABORT, '{table} are only ever added'); END
    """,
)
_POSTGRESQL_TRIGGERS = (
    """
    CREATE TRIGGER {table}_are_not_changed BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_decisions()
    """,
    """
    CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_decisions()
    """,
)
_APPEND_ONLY = {
    "chain": "subject = NEW.subject OR (institution = NEW.institution"
    " AND writer = NEW.writer AND sequence = NEW.sequence)",
    "purges": "id = NEW.id",
    "decision_reads": "number = NEW.number",
    "rule_files": "digest = NEW.digest",
    "rule_bundles": "digest = NEW.digest",
}

# What stays as it is when contents are purged, and what changes: from contents to their digests,
# once, by a purge that is recorded for this institution and time.
_STAYS = (
    "id",
    "institution",
    "domain",
    "check_type",
    "stage",
    "occurred_at",
    "as_of",
    "outcome",
    "reference",
    "recorded_at",
    "versions_json",
)
_IS_A_PURGE = f"""
    OLD.purge IS NULL
    AND {" AND ".join(f"NEW.{name} {{same}} OLD.{name}" for name in _STAYS)}
    AND length(NEW.check_json) = 64
    AND length(NEW.answer_json) = 64
    AND length(NEW.context_json) = 64
    AND EXISTS (
        SELECT 1 FROM purges
        WHERE purges.id = NEW.purge
        AND purges.institution = OLD.institution
        AND OLD.recorded_at < purges.before
    )
"""
_SQLITE_PURGE = (
    "DROP TRIGGER decisions_are_not_changed",
    f"""
    CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions
    WHEN NOT ({_IS_A_PURGE.format(same="IS")})
    BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END
    """,
)
_POSTGRESQL_PURGE = (
    "DROP TRIGGER decisions_are_not_changed ON decisions",
    f"""
    CREATE FUNCTION refuse_change_but_purge() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {_IS_A_PURGE.format(same="IS NOT DISTINCT FROM")} THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'decisions are only ever added' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_purge()
    """,
    """
    CREATE TRIGGER decisions_are_not_deleted BEFORE DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_decisions()
    """,
)


def upgrade() -> None:
    """Create the tables, chain the decisions that are kept already, and guard all of it."""
    chain = op.create_table(
        "chain",
        sa.Column("institution", sa.Unicode(200), nullable=False),
        sa.Column("writer", sa.String(16), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("institution", "writer", "sequence", name="pk_chain"),
    )
    op.create_index("ix_chain_subject", "chain", ["subject"], unique=True)
    op.create_table(
        "purges",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("institution", sa.Unicode(200), nullable=False),
        sa.Column("before", sa.String(27), nullable=False),
        sa.Column("decisions", sa.Integer, nullable=False),
        sa.Column("ids_sha256", sa.String(64), nullable=False),
        sa.Column("purged_at", sa.String(27), nullable=False),
        sa.Column("purged_by", sa.Unicode(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_purges"),
    )
    op.create_table(
        "decision_reads",
        sa.Column("number", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("decision_id", sa.String(36), nullable=False),
        sa.Column("read_by", sa.Unicode(200), nullable=False),
        sa.Column("read_at", sa.String(27), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("purpose", sa.Unicode(500)),
        sa.PrimaryKeyConstraint("number", name="pk_decision_reads"),
    )
    op.create_index(
        "ix_decision_reads_decision_id_number", "decision_reads", ["decision_id", "number"]
    )
    op.create_table(
        "rule_files",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_rule_files"),
    )
    op.create_table(
        "rule_bundles",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.Unicode(200), nullable=False),
        sa.Column("files_json", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_rule_bundles"),
    )
    op.add_column("decisions", sa.Column("purge", sa.String(36)))
    is_purged = sa.text("purge IS NOT NULL")
    op.create_index(
        "ix_decisions_purge",
        "decisions",
        ["purge"],
        sqlite_where=is_purged,
        postgresql_where=is_purged,
    )
    _fill(chain)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_PURGE if is_sqlite else _POSTGRESQL_PURGE:
        op.execute(sa.text(statement))
    for table, same in _APPEND_ONLY.items():
        for trigger in _SQLITE_TRIGGERS if is_sqlite else _POSTGRESQL_TRIGGERS:
            op.execute(trigger.format(table=table, same=same))


def _fill(chain: sa.Table) -> None:
    """Chain what is there: from now on it is as safe as what follows."""
    links = Chain()
    for rows in _kept():
        ids = [row["id"] for row in rows]
        findings = _findings(ids)
        taken = _links(ids)
        draft = links.draft()
        entries = []
        for row in rows:
            contents = {name: sha256(bytes(row[name])) for name in CONTENTS}
            form = decision_form(
                {**row, "as_of": str(row["as_of"])},
                contents,
                findings.get(row["id"], {}),
                taken.get(row["id"]),
            )
            entry = draft.append(
                row["institution"],
                EntryKind.DECISION,
                row["id"],
                sha256(canonical(form)),
                datetime.fromisoformat(row["recorded_at"]),
            )
            entries.append({**entry, "recorded_at": row["recorded_at"]})
        op.bulk_insert(chain, entries)
        links.take(draft)


def _findings(ids: list[str]) -> dict[str, dict[str, str]]:
    table = sa.table(
        "decision_obligations", *map(sa.column, ("decision_id", "obligation", "status"))
    )
    found: dict[str, dict[str, str]] = {}
    for row in op.get_bind().execute(sa.select(table).where(table.c.decision_id.in_(ids))):
        found.setdefault(row.decision_id, {})[row.obligation] = row.status
    return found


def _links(ids: list[str]) -> dict[str, tuple[str, str]]:
    table = sa.table("decision_links", *map(sa.column, ("decision_id", "relation", "earlier_id")))
    rows = op.get_bind().execute(sa.select(table).where(table.c.decision_id.in_(ids)))
    return {row.decision_id: (row.relation, row.earlier_id) for row in rows}


def _kept() -> Iterator[list[dict[str, Any]]]:
    names = (*PLAIN, *CONTENTS)
    decisions = sa.table("decisions", *map(sa.column, names))
    last = ""
    while True:
        query = sa.select(decisions).where(decisions.c.id > last).order_by(decisions.c.id)
        rows = [dict(row) for row in op.get_bind().execute(query.limit(_AT_ONCE)).mappings()]
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]
