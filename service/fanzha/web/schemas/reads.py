"""The form of a list of reads."""

from __future__ import annotations

from fanzha.records.reads import Way
from fanzha.web.schemas.shape import Shape, many, moment, word


class ReadShape(Shape):
    """One read of a decision."""

    read_by = word("查阅者", "who read it")
    read_at = moment("查阅时间", "when")
    way = word("查阅方式", "how", one_of=[each.value for each in Way])
    purpose = word("用途", "what for, as the reader said", allow_none=True)


class ReadsShape(Shape):
    """One page of reads, the first one first."""

    reads = many(ReadShape, "查阅", "the reads of this page")
    next = word(
        "下一页的 cursor；null 表示没有",
        "cursor of the page after; null: none",
        allow_none=True,
    )
