"""What decisions are listed by, which one takes whose place, and whose deadlines still run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_AT_ONCE = 500
_OPEN = ("violated", "pending", "undetermined", "error")

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
    "decision_obligations": "decision_id = NEW.decision_id AND obligation = NEW.obligation",
    "decision_links": "decision_id = NEW.decision_id OR earlier_id = NEW.earlier_id",
}


def upgrade() -> None:
    """Create the tables and fill them from the answers that are kept already."""
    findings = op.create_table(
        "decision_obligations",
        sa.Column("decision_id", sa.String(36), nullable=False),
        sa.Column("obligation", sa.String(200), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "obligation", name="pk_decision_obligations"),
    )
    op.create_index(
        "ix_decision_obligations_obligation_status_decision_id",
        "decision_obligations",
        ["obligation", "status", "decision_id"],
    )
    op.create_index(
        "ix_decision_obligations_status_decision_id",
        "decision_obligations",
        ["status", "decision_id"],
    )
    op.create_table(
        "decision_links",
        sa.Column("decision_id", sa.String(36), nullable=False),
        sa.Column("relation", sa.String(20), nullable=False),
        sa.Column("earlier_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decision_links"),
    )
    op.create_index("ix_decision_links_earlier_id", "decision_links", ["earlier_id"], unique=True)
    deadlines = op.create_table(
        "due_decisions",
        sa.Column("decision_id", sa.String(36), nullable=False),
        sa.Column("institution", sa.Unicode(200), nullable=False),
        sa.Column("due_at", sa.String(27), nullable=False),
        sa.Column("look_at", sa.String(27), nullable=False),
        sa.Column("failure", sa.String(100)),
        sa.PrimaryKeyConstraint("decision_id", name="pk_due_decisions"),
    )
    op.create_index("ix_due_decisions_look_at", "due_decisions", ["look_at"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("holder", sa.String(50), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    for columns in (
        ["institution", "occurred_at"],
        ["institution", "recorded_at"],
        ["institution", "domain", "check_type", "id"],
        ["reference"],
    ):
        op.create_index(f"ix_decisions_{'_'.join(columns)}", "decisions", columns)
    _fill(findings, deadlines)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, same in _APPEND_ONLY.items():
        for trigger in _SQLITE_TRIGGERS if is_sqlite else _POSTGRESQL_TRIGGERS:
            op.execute(trigger.format(table=table, same=same))


def _fill(findings: sa.Table, deadlines: sa.Table) -> None:
    for row in _kept():
        answer = orjson.loads(row.answer_json)
        found = [each for each in answer.get("obligations", ()) if each["status"] in _OPEN]
        if found:
            op.bulk_insert(
                findings,
                [
                    {"decision_id": row.id, "obligation": each["id"], "status": each["status"]}
                    for each in found
                ],
            )
        dues = [each["due"] for each in found if each["status"] == "pending" and "due" in each]
        if dues and row.stage == "done":
            due_at = min(map(_instant, dues))
            op.bulk_insert(
                deadlines,
                [
                    {
                        "decision_id": row.id,
                        "institution": row.institution,
                        "due_at": due_at,
                        "look_at": due_at,
                    }
                ],
            )


def _instant(moment: str) -> str:
    utc = datetime.fromisoformat(moment).astimezone(UTC)
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _kept() -> Iterator[Any]:
    decisions = sa.table(
        "decisions",
        *(sa.column(name) for name in ("id", "institution", "stage", "answer_json")),
    )
    last = ""
    while True:
        query = sa.select(decisions).where(decisions.c.id > last).order_by(decisions.c.id)
        rows = op.get_bind().execute(query.limit(_AT_ONCE)).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id
