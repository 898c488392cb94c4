"""Runs of worked cases that were asked for over HTTP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "self_tests",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("target", sa.Unicode(200)),
        sa.Column("requested_by", sa.Unicode(200)),
        sa.Column("requested_at", sa.String(27), nullable=False),
        sa.Column("started_at", sa.String(27)),
        sa.Column("finished_at", sa.String(27)),
        sa.Column("seen_at", sa.String(27), nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("report_json", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_self_tests"),
    )
    op.create_index("ix_self_tests_state", "self_tests", ["state"])
