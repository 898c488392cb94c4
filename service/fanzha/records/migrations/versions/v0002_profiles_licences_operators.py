"""Attestations that can only be added, the end of licences, and keys of operators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER attestations_are_not_changed BEFORE UPDATE ON attestations
    BEGIN SELECT RAISE(ABORT, 'attestations are only ever added'); END
    """,
    """
    CREATE TRIGGER attestations_are_not_deleted BEFORE DELETE ON attestations
    BEGIN SELECT RAISE(ABORT, 'attestations are only ever added'); END
    """,
    # INSERT OR REPLACE deletes without firing the trigger for deletes.
    """
    CREATE TRIGGER attestations_are_not_replaced BEFORE INSERT ON attestations
    WHEN EXISTS (SELECT 1 FROM attestations WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'attestations are only ever added'); END
    """,
)
_POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_change_of_attestations() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'attestations are only ever added' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER attestations_are_not_changed BEFORE UPDATE OR DELETE ON attestations
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_attestations()
    """,
    """
    CREATE TRIGGER attestations_are_not_emptied BEFORE TRUNCATE ON attestations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_attestations()
    """,
)


def upgrade() -> None:
    """Add the table, the column and the kind of keys; earlier keys are institutions' own."""
    op.create_table(
        "attestations",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("institution", sa.Unicode(200), nullable=False),
        sa.Column("fact", sa.String(200), nullable=False),
        sa.Column("value_json", sa.LargeBinary, nullable=False),
        sa.Column("assessor", sa.Unicode(200), nullable=False),
        sa.Column("assessed_at", sa.Date, nullable=False),
        sa.Column("evidence", sa.Unicode(1000), nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("basis", sa.Unicode(2000)),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_attestations"),
        sa.ForeignKeyConstraint(
            ["institution"], ["institutions.id"], name="fk_attestations_institution"
        ),
    )
    op.create_index("ix_attestations_institution_number", "attestations", ["institution", "number"])
    op.add_column("institutions", sa.Column("licensed_until", sa.Date))
    # SQLite cannot change a column, so there the table is made anew.
    with op.batch_alter_table("keys") as keys:
        keys.add_column(
            sa.Column("kind", sa.String(20), nullable=False, server_default="institution")
        )
        keys.alter_column("institution", existing_type=sa.Unicode(200), nullable=True)
    with op.batch_alter_table("keys") as keys:
        keys.alter_column("kind", existing_type=sa.String(20), server_default=None)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in _SQLITE_TRIGGERS if is_sqlite else _POSTGRESQL_TRIGGERS:
        op.execute(trigger)
