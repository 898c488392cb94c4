"""Runs the steps inside the transaction that `fanzha.records.schema` has open."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
