"""Lists in pages: how many items, and the cursor by which a list goes on."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Mapping

from fanzha.errors import Location, WrongQuery
from fanzha.model.text import Text
from fanzha.settings import MAXIMUM_PAGE

LIMIT = 50
"""Items of a page for which no number is asked for, where the setting lets it have as many."""

PAGING: Mapping[str, Text] = {
    "limit": Text(
        zh=f"每页项数，缺省 {LIMIT}，至多为设置 {MAXIMUM_PAGE.variable}",
        en=f"items on a page; by default {LIMIT}, at most the setting {MAXIMUM_PAGE.variable}",
    ),
    "cursor": Text(zh="上一页的 next", en="`next` of the page before"),
}


def limit_by_default(maximum: int) -> int:
    """Return how many items a page has for which no number is asked for."""
    return min(LIMIT, maximum)


def read_limit(value: str | None, maximum: int) -> int:
    """Return how many items a page has, of which `maximum` are allowed; raise WrongQuery."""
    if value is None:
        return limit_by_default(maximum)
    # int() would take ` 7`, `1_0` and other scripts' digits too.
    if re.fullmatch(r"[0-9]{1,9}", value) and 1 <= int(value) <= maximum:
        return int(value)
    hint = Text(zh=f"应为 1 至 {maximum}", en=f"write a number from 1 to {maximum}")
    raise wrong_value("limit", value, hint)


def cursor_of(id_: str) -> str:
    """Return the cursor of what comes after this id."""
    return base64.urlsafe_b64encode(uuid.UUID(id_).bytes).decode().rstrip("=")


def read_cursor(value: str | None) -> str | None:
    """Return the id that a cursor stands for; raise WrongQuery."""
    if value is None:
        return None
    try:
        found = uuid.UUID(bytes=base64.urlsafe_b64decode(f"{value}=="))
    except (ValueError, binascii.Error):
        found = None
    if found is None or cursor_of(str(found)) != value:
        hint = Text(
            zh="请原样使用上一页的 next", en="use `next` of the page before, exactly as it stands"
        )
        raise wrong_value("cursor", value, hint)
    return str(found)


def wrong_value(name: str, value: str, hint: Text) -> WrongQuery:
    """Return the error for a value that a query parameter does not take."""
    return WrongQuery(
        Text(
            zh=f"`{name}` 的值 `{value[:60]}` 不能使用",
            en=f"`{name}`: `{value[:60]}` cannot be used",
        ),
        hint=hint,
        where=Location(path=name),
    )
