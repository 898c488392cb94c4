"""The decisions: stored before they are answered, read again one by one and by list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import orjson
from sqlalchemy import select

from fanzha.errors import DecisionPurged, NotFound
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.decision_record import DecisionRecord, Filing, Relation
from fanzha.records.listing import Filters, listed
from fanzha.records.tables import decision_links, decisions
from fanzha.records.writer import Coming, GroupingWriter

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAKEN_BY: Mapping[str, str] = {
    Relation.SUPERSEDES: "superseded_by",
    Relation.FOLLOWS: "followed_by",
}

Json = dict[str, Any]


def is_decision_id(text: str) -> bool:
    """Tell whether it could be the id of a decision; databases refuse some other texts."""
    return _ID.fullmatch(text) is not None


class Decisions:
    """What was decided; rows are only ever added."""

    def __init__(self, database: Database, writer: GroupingWriter) -> None:
        self._database = database
        self._writer = writer

    def coming(self) -> Coming:
        """Say that a decision is on its way, so that others are committed together with it."""
        return self._writer.coming()

    def store(self, record: DecisionRecord, filing: Filing | None = None) -> None:
        """Return when the decision is durable; raise StoreUnavailable when it is not kept.

        Raises AlreadySuperseded when another took the place that it was to take.
        """
        self._writer.store(record, filing)

    def get(self, decision_id: str, *, institution: str | None = None) -> Json:
        """Return the answer as it was given; raise NotFound, or DecisionPurged.

        Where another decision stands in its place by now, `links` says which; the answer as it
        is kept has no such member. With `institution`, a decision of another one is not found:
        that it exists is not said.
        """
        row = self._row(decision_id)
        if institution is not None and row["institution"] != institution:
            raise _not_found(decision_id)
        _refuse_purged(row)
        answer = cast("Json", orjson.loads(row["answer_json"]))
        links = self.successors([decision_id]).get(decision_id)
        if links:
            answer["links"] = links
        return answer

    def get_record(self, decision_id: str) -> DecisionRecord:
        """Return all that is kept of a decision, to judge it again.

        Raises NotFound, and DecisionPurged when its contents are not kept any more.
        """
        row = self._row(decision_id)
        _refuse_purged(row)
        return DecisionRecord(**{name: row[name] for name in row if name != "purge"})

    def institution_of(self, decision_id: str) -> str:
        """Return whose decision it is, purged or not; raise NotFound."""
        return str(self._row(decision_id)["institution"])

    def successors(self, decision_ids: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return, for each that has one, `superseded_by` or `followed_by` with the id of it."""
        wanted = decision_links.c.earlier_id.in_(list(decision_ids))
        with self._database.reading() as connection:
            rows = connection.execute(select(decision_links).where(wanted)).all()
        return {row.earlier_id: {_TAKEN_BY[row.relation]: row.decision_id} for row in rows}

    def page(self, filters: Filters, *, limit: int, before: str | None = None) -> list[Json]:
        """Return the answers that the filters let through, newest first, with their `links`.

        `before` is the id of the last one of the page before.
        """
        with self._database.reading() as connection:
            rows = connection.execute(listed(filters, limit=limit, before=before)).all()
        links = self.successors(row.id for row in rows)
        answers = []
        for row in rows:
            answer = orjson.loads(row.answer_json)
            answer["links"] = links.get(row.id, {})
            answers.append(answer)
        return answers

    def _row(self, decision_id: str) -> Mapping[str, Any]:
        if is_decision_id(decision_id):
            query = select(decisions).where(decisions.c.id == decision_id)
            with self._database.reading() as connection:
                row = connection.execute(query).mappings().one_or_none()
            if row:
                return cast("Mapping[str, Any]", row)
        raise _not_found(decision_id)


def _refuse_purged(row: Mapping[str, Any]) -> None:
    if row["purge"] is not None:
        raise DecisionPurged(
            Text(
                zh=f"决定 `{row['id']}` 的内容已按保存期限清除",
                en=f"the contents of decision `{row['id']}` were purged",
            ),
            hint=Text(
                zh="仍可查看其日期与哈希：fanzha audit verify",
                en="its dates and hash are still there: fanzha audit verify",
            ),
        )


def _not_found(decision_id: str) -> NotFound:
    shown = decision_id[:60]
    return NotFound(
        Text(zh=f"没有决定 `{shown}`", en=f"no decision `{shown}`"),
        hint=Text(zh="请使用答复中的 id 原文", en="use the id exactly as it stands in the answer"),
    )
