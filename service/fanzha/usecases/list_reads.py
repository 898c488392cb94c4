"""Lists who has read a decision, and says whether a caller may know."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from fanzha.errors import NotFound
from fanzha.model.access import KeyHolder
from fanzha.model.text import Text
from fanzha.records import Records
from fanzha.records.reads import Reads
from fanzha.usecases.access import has_sight
from fanzha.usecases.paging import cursor_of, read_cursor, read_limit
from fanzha.usecases.shown import shown_time

Json = dict[str, Any]


def list_reads_of(
    reads: Reads, decision_id: str, asked: Mapping[str, str], *, maximum_page: int
) -> Json:
    """Return one page of reads, the first one first; raise WrongQuery."""
    limit, cursor = read_limit(asked.get("limit"), maximum_page), read_cursor(asked.get("cursor"))
    # A cursor is a UUID elsewhere; here it holds the number of the last read shown.
    after = uuid.UUID(cursor).int if cursor else 0
    found = reads.of(decision_id, limit=limit + 1, after=min(after, 2**31 - 1))
    shown = found[:limit]
    is_more = len(found) > limit
    return {
        "reads": [
            {
                "read_by": read.read_by,
                "read_at": shown_time(read.read_at),
                "way": read.way,
                "purpose": read.purpose,
            }
            for _, read in shown
        ],
        "next": cursor_of(str(uuid.UUID(int=shown[-1][0]))) if is_more else None,
    }


def require_sight_of_decision(holder: KeyHolder, decision_id: str, records: Records) -> None:
    """Raise NotFound unless there is such a decision, purged or not, and the holder sees it."""
    owner = records.decisions.institution_of(decision_id)
    if not has_sight(holder, owner, records.institutions):
        shown = decision_id[:60]
        raise NotFound(
            Text(zh=f"没有决定 `{shown}`", en=f"no decision `{shown}`"),
            hint=Text(
                zh="请使用答复中的 id 原文", en="use the id exactly as it stands in the answer"
            ),
        )
