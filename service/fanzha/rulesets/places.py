"""Remembers where each thing was read, for mistakes that show only when all is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from fanzha.errors import RulesetError
from fanzha.model.text import Text
from fanzha.rulesets.cursor import Cursor


@dataclass
class Places:
    """What (role, fact, parameter, …) and its key -> the place in a file."""

    cursors: dict[tuple[str, str], Cursor] = field(default_factory=dict)

    def put(self, what: str, key: str, cursor: Cursor) -> None:
        """Remember one place."""
        self.cursors[what, key] = cursor

    def where(self, what: str, key: str) -> str:
        """Return `file:line:column`, or an empty text for what no file declares."""
        cursor = self.cursors.get((what, key))
        return str(cursor.document.location(cursor.path)) if cursor else ""

    def at(self, what: str, key: str, inner: str | None = None) -> Cursor | None:
        """Return the place of a thing, or of one of its keys where it has that."""
        cursor = self.cursors.get((what, key))
        if cursor is not None and inner is not None and cursor.has(inner):
            return cursor.at(inner)
        return cursor

    def error(
        self,
        what: str,
        key: str,
        message: Text,
        *,
        inner: str | None = None,
        hint: Text | None = None,
        code: str | None = None,
    ) -> RulesetError:
        """Build an error at the place of a thing."""
        cursor = self.at(what, key, inner)
        if cursor is None:
            return RulesetError(message, hint=hint, code=code)
        return cursor.error(message, hint=hint, code=code)
