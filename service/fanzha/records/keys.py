"""Keys that institutions authenticate with; only their digests are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime

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


class Keys:
    """Makes keys and tells whose they are; a read can be a few seconds old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: ShortCache[str] = ShortCache()

    def create(self, institution: str, title: str) -> str:
        """Return a new key of the institution, in clear for this once.

        Raises UnknownInstitution when the registry has no such institution.
        """
        plain = PREFIX + secrets.token_urlsafe(KEY_BYTES)
        row = {
            "digest": _digest(plain),
            "institution": institution,
            "title": title,
            "created_at": datetime.now(UTC),
        }
        known = select(institutions.c.id).where(institutions.c.id == institution)
        if not is_storable(institution):
            raise _unknown(institution)
        with self._database.writing() as connection:
            if connection.execute(known).one_or_none() is None:
                raise _unknown(institution)
            connection.execute(insert(keys).values(row))
        return plain

    def institution_of(self, plain: str) -> str | None:
        """Return the id of the institution that the key belongs to, or None."""
        if _FORM.fullmatch(plain) is None:
            return None
        return self._cache.get(_digest(plain), self._read)

    def _read(self, digest: str) -> str | None:
        query = select(keys.c.digest, keys.c.institution).where(keys.c.digest == digest)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not hmac.compare_digest(row.digest, digest):
            return None
        institution: str = row.institution
        return institution


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
