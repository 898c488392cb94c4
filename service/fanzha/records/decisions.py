"""The decisions: stored before they are answered, and read again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

import orjson
from sqlalchemy import select

from fanzha.errors import NotFound
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.decision_record import DecisionRecord
from fanzha.records.tables import decisions
from fanzha.records.writer import GroupingWriter

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Decisions:
    """What was decided; rows are only ever added."""

    def __init__(self, database: Database, writer: GroupingWriter) -> None:
        self._database = database
        self._writer = writer

    def store(self, record: DecisionRecord) -> None:
        """Return when the decision is durable; raise StoreUnavailable when it is not kept."""
        self._writer.store(record)

    def get(self, decision_id: str, *, institution: str | None = None) -> dict[str, Any]:
        """Return the answer as it was given; raise NotFound.

        With `institution`, a decision of another one is not found: that it exists is not said.
        """
        row = self._row(decision_id)
        if institution is not None and row["institution"] != institution:
            raise _not_found(decision_id)
        return cast("dict[str, Any]", orjson.loads(row["answer_json"]))

    def get_record(self, decision_id: str) -> DecisionRecord:
        """Return all that is kept of a decision, to judge it again; raise NotFound."""
        return DecisionRecord(**self._row(decision_id))

    def _row(self, decision_id: str) -> Mapping[str, Any]:
        # What is no id is not asked for: databases refuse some texts with errors of their own.
        if _ID.fullmatch(decision_id):
            query = select(decisions).where(decisions.c.id == decision_id)
            with self._database.reading() as connection:
                row = connection.execute(query).mappings().one_or_none()
            if row:
                return cast("Mapping[str, Any]", row)
        raise _not_found(decision_id)


def _not_found(decision_id: str) -> NotFound:
    shown = decision_id[:60]
    return NotFound(
        Text(zh=f"没有决定 `{shown}`", en=f"no decision `{shown}`"),
        hint=Text(zh="请使用答复中的 id 原文", en="use the id exactly as it stands in the answer"),
    )
