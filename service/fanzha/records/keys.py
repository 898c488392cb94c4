"""Keys that institutions and operators authenticate with; only their digests are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select

from fanzha.errors import UnknownInstitution
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.decision_record import is_storable
from fanzha.records.short_cache import ShortCache
from fanzha.records.tables import institutions, keys

# Recognisable, so that scanners for leaked secrets can look for it.
PREFIX = "fz_"
KEY_BYTES = 32
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


class KeyKind(StrEnum):
    """Whether a key is one institution's own or of whoever runs the service."""

    INSTITUTION = "institution"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whose key it is; `institution` is None for an operator's."""

    kind: KeyKind
    institution: str | None = None

    def reaches(self, institution: str) -> bool:
        """Tell whether what belongs to that institution is open to this holder."""
        return self.kind is KeyKind.OPERATOR or self.institution == institution


class Keys:
    """Makes keys and tells whose they are; a read can be a few seconds old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: ShortCache[KeyHolder] = ShortCache()

    def create(self, institution: str, title: str) -> str:
        """Return a new key of the institution, in clear for this once.

        Raises UnknownInstitution when the registry has no such institution.
        """
        if not is_storable(institution):
            raise _unknown(institution)
        known = select(institutions.c.id).where(institutions.c.id == institution)
        plain, row = _new(KeyHolder(KeyKind.INSTITUTION, institution), title)
        with self._database.writing() as connection:
            if connection.execute(known).one_or_none() is None:
                raise _unknown(institution)
            connection.execute(insert(keys).values(row))
        return plain

    def create_operator(self, title: str) -> str:
        """Return a new key of an operator, in clear for this once."""
        plain, row = _new(KeyHolder(KeyKind.OPERATOR), title)
        with self._database.writing() as connection:
            connection.execute(insert(keys).values(row))
        return plain

    def holder_of(self, plain: str) -> KeyHolder | None:
        """Return whose key it is, or None."""
        if _FORM.fullmatch(plain) is None:
            return None
        return self._cache.get(_digest(plain), self._read)

    def institution_of(self, plain: str) -> str | None:
        """Return the id of the institution that the key belongs to, or None."""
        holder = self.holder_of(plain)
        return holder.institution if holder else None

    def _read(self, digest: str) -> KeyHolder | None:
        query = select(keys).where(keys.c.digest == digest)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not hmac.compare_digest(row.digest, digest):
            return None
        return KeyHolder(KeyKind(row.kind), row.institution)


def _new(holder: KeyHolder, title: str) -> tuple[str, dict[str, Any]]:
    plain = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    return plain, {
        "digest": _digest(plain),
        "kind": holder.kind.value,
        "institution": holder.institution,
        "title": title,
        "created_at": datetime.now(UTC),
    }


def _digest(plain: str) -> str:
    # A fast hash is right here: the key is random, so there is nothing to guess it by.
    return hashlib.sha256(plain.encode()).hexdigest()


def _unknown(institution: str) -> UnknownInstitution:
    shown = institution[:60]
    return UnknownInstitution(
        Text(zh=f"未登记的机构 `{shown}`", en=f"institution `{shown}` is not registered"),
        hint=Text(
            zh="请先执行 fanzha institutions register FILE",
            en="run fanzha institutions register FILE first",
        ),
    )
