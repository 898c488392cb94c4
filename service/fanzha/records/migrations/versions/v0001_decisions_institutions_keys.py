"""Decisions that can only be added, the registry of institutions, and their keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END
    """,
    """
    CREATE TRIGGER decisions_are_not_deleted BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END
    """,
    # INSERT OR REPLACE deletes without firing the trigger for deletes.
    """
    CREATE TRIGGER decisions_are_not_replaced BEFORE INSERT ON decisions
    WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END
    """,
)
_POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_change_of_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'decisions are only ever added' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE OR DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_decisions()
    """,
    """
    CREATE TRIGGER decisions_are_not_emptied BEFORE TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_decisions()
    """,
)


def upgrade() -> None:
    """Create the three tables and the triggers that keep decisions as they are."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("institution", sa.Unicode(200), nullable=False),
        sa.Column("domain", sa.String(100), nullable=False),
        sa.Column("check_type", sa.String(100), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("occurred_at", sa.String(27), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reference", sa.Unicode(200)),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("check_json", sa.LargeBinary, nullable=False),
        sa.Column("answer_json", sa.LargeBinary, nullable=False),
        sa.Column("versions_json", sa.LargeBinary, nullable=False),
        sa.Column("context_json", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_institution_id", "decisions", ["institution", "id"])
    op.create_index("ix_decisions_outcome_id", "decisions", ["outcome", "id"])
    op.create_table(
        "institutions",
        sa.Column("id", sa.Unicode(200), nullable=False),
        sa.Column("name_zh", sa.Unicode(500), nullable=False),
        sa.Column("name_en", sa.Unicode(500), nullable=False),
        sa.Column("roles", sa.String(2000), nullable=False),
        sa.Column("licensed_from", sa.Date),
        sa.Column("supervisor", sa.Unicode(500)),
        sa.PrimaryKeyConstraint("id", name="pk_institutions"),
    )
    op.create_table(
        "keys",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("institution", sa.Unicode(200), nullable=False),
        sa.Column("title", sa.Unicode(200), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_keys"),
        sa.ForeignKeyConstraint(["institution"], ["institutions.id"], name="fk_keys_institution"),
    )
    op.create_index("ix_keys_institution", "keys", ["institution"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in _SQLITE_TRIGGERS if is_sqlite else _POSTGRESQL_TRIGGERS:
        op.execute(trigger)
