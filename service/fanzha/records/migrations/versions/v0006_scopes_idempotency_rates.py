"""Keys that say what they may do and until when, keys of requests, and rates of callers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add columns and tables; earlier keys may do what their kind may."""
    op.add_column("keys", sa.Column("supervisor", sa.Unicode(500)))
    op.add_column("keys", sa.Column("scopes", sa.String(300)))
    op.add_column("keys", sa.Column("expires_at", sa.String(27)))
    op.add_column("keys", sa.Column("revoked_at", sa.String(27)))
    op.create_table(
        "idempotency_keys",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("request_digest", sa.String(100), nullable=False),
        sa.Column("made", sa.String(36), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_idempotency_keys"),
    )
    op.create_table(
        "rate_windows",
        sa.Column("caller", sa.Unicode(700), nullable=False),
        sa.Column("started", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("caller", "started", name="pk_rate_windows"),
    )
    op.create_index("ix_rate_windows_started", "rate_windows", ["started"])
