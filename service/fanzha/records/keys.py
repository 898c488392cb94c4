"""Keys that callers authenticate with; only their digests are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from fanzha.errors import Location, UnknownInstitution, WrongKeyRequest
from fanzha.model.access import SCOPES, TITLES, KeyHolder, KeyKind, Scope
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.decision_record import is_storable
from fanzha.records.short_cache import ShortCache
from fanzha.records.tables import institutions, keys

__all__ = ["KeptKey", "KeyHolder", "KeyKind", "Keys", "Scope"]

# Recognisable, so that scanners for leaked secrets can look for it.
PREFIX = "fz_"
KEY_BYTES = 32
GRACE = timedelta(hours=24)
"""How long a key that was replaced is still taken, unless something else is asked for."""
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_ID_CHARACTERS = 12
_TITLE_AT_MOST = 200
_SUPERVISOR_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class KeptKey:
    """What is kept of a key: everything but the key."""

    holder: KeyHolder
    title: str
    created_at: datetime
    revoked_at: datetime | None


class Keys:
    """Makes keys and tells whose they are; a read can be a few seconds old.

    So a key that was revoked is refused in every process after `short_cache.SECONDS` at most.
    """

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock
        self._cache: ShortCache[KeyHolder] = ShortCache()

    def create(
        self,
        institution: str,
        title: str = "",
        *,
        scopes: Collection[Scope] | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """Return a new key of the institution, in clear for this once.

        Raises UnknownInstitution when the registry has no such institution, and WrongKeyRequest.
        """
        holder = KeyHolder(KeyKind.INSTITUTION, institution, expires_at=expires_at)
        return self.create_for(holder, title, scopes=scopes)

    def create_operator(self, title: str = "") -> str:
        """Return a new key of an operator, in clear for this once."""
        return self.create_for(KeyHolder(KeyKind.OPERATOR), title)

    def create_for(
        self, holder: KeyHolder, title: str = "", *, scopes: Collection[Scope] | None = None
    ) -> str:
        """Return a new key for whom `holder` describes, in clear for this once.

        `scopes` makes it narrower than its kind; None leaves it all that its kind may do. Raises
        UnknownInstitution, and WrongKeyRequest for what such a key cannot be.
        """
        self._refuse_wrong(holder, title, scopes)
        with self._database.writing() as connection:
            if holder.institution is not None:
                known = select(institutions.c.id).where(institutions.c.id == holder.institution)
                if connection.execute(known).one_or_none() is None:
                    raise _unknown(holder.institution)
            return self._insert(connection, holder, title, _kept(scopes))

    def holder_of(self, plain: str) -> KeyHolder | None:
        """Return whose key it is; None for one that is unknown, revoked or past its time."""
        if _FORM.fullmatch(plain) is None:
            return None
        holder = self._cache.get(_digest(plain), self._read)
        if holder is not None and holder.expires_at is not None:
            # Looked at each time: it needs no read, and a key ends on the second.
            return holder if self._clock() < holder.expires_at else None
        return holder

    def institution_of(self, plain: str) -> str | None:
        """Return the id of the institution that the key belongs to, or None."""
        holder = self.holder_of(plain)
        return holder.institution if holder else None

    def list(self) -> tuple[KeptKey, ...]:
        """Return all keys that were ever made, the oldest first."""
        query = select(keys).order_by(keys.c.created_at, keys.c.digest)
        with self._database.reading() as connection:
            return tuple(_kept_key(row) for row in connection.execute(query))

    def rotate(
        self, key_id: str, *, grace: timedelta = GRACE, expires_at: datetime | None = None
    ) -> str:
        """Return a new key that may do what the one named may, which ends after `grace`.

        Without `expires_at` the new one lasts as long as the old one was made for. Raises
        WrongKeyRequest for a key that is unknown, revoked or past its time.
        """
        now = self._clock()
        with self._database.writing() as connection:
            row = self._find(connection, key_id)
            old = _kept_key(row)
            if old.revoked_at is not None or (
                old.holder.expires_at is not None and old.holder.expires_at <= now
            ):
                raise _wrong(
                    Text(zh=f"密钥 `{key_id}` 已失效", en=f"key `{key_id}` has ended already"),
                    Text(zh="请用 fanzha keys create 新建", en="make one by fanzha keys create"),
                )
            if expires_at is None and old.holder.expires_at is not None:
                expires_at = now + (old.holder.expires_at - old.created_at)
            holder = replace(old.holder, expires_at=expires_at)
            self._refuse_wrong(holder, row.title, None)
            ends = min(now + grace, old.holder.expires_at or now + grace)
            connection.execute(
                update(keys).where(keys.c.digest == row.digest).values(expires_at=ends)
            )
            plain = self._insert(connection, holder, row.title, row.scopes)
        self._cache.forget(row.digest)
        return plain

    def revoke(self, key_id: str) -> KeptKey:
        """End a key now and return what is kept of it; raise WrongKeyRequest if it is unknown.

        In this process it is refused at once, in others after `short_cache.SECONDS` at most.
        """
        with self._database.writing() as connection:
            row = self._find(connection, key_id)
            revoked_at = row.revoked_at or self._clock()
            connection.execute(
                update(keys).where(keys.c.digest == row.digest).values(revoked_at=revoked_at)
            )
        self._cache.forget(row.digest)
        return replace(_kept_key(row), revoked_at=revoked_at)

    def _insert(
        self, connection: Connection, holder: KeyHolder, title: str, scopes: str | None
    ) -> str:
        plain = PREFIX + secrets.token_urlsafe(KEY_BYTES)
        row = {
            "digest": _digest(plain),
            "kind": holder.kind.value,
            "institution": holder.institution,
            "supervisor": holder.supervisor,
            "scopes": scopes,
            "title": title,
            "created_at": self._clock(),
            "expires_at": holder.expires_at,
        }
        connection.execute(insert(keys).values(row))
        return plain

    def _read(self, digest: str) -> KeyHolder | None:
        query = select(keys).where(keys.c.digest == digest)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not hmac.compare_digest(row.digest, digest) or row.revoked_at:
            return None
        return _holder(row)

    def _find(self, connection: Connection, key_id: str) -> Row[Any]:
        # By all of them: they are few, and an id is a part of the digest.
        for row in connection.execute(select(keys)):
            if _id_of(row.digest) == key_id:
                return row
        raise _wrong(
            Text(zh=f"没有密钥 `{key_id[:60]}`", en=f"there is no key `{key_id[:60]}`"),
            Text(zh="编号见 fanzha keys list", en="fanzha keys list has the ids"),
        )

    def _refuse_wrong(
        self, holder: KeyHolder, title: str, scopes: Collection[Scope] | None
    ) -> None:
        if holder.institution is not None and not is_storable(holder.institution):
            raise _unknown(holder.institution)
        texts = ((title, 0, _TITLE_AT_MOST), (holder.supervisor or "-", 1, _SUPERVISOR_AT_MOST))
        if any(not is_storable(each) or not low <= len(each) <= top for each, low, top in texts):
            raise _wrong(
                Text(zh="用途或监管机关过长或不是文字", en="title or supervisor is no such text"),
                Text(
                    zh=f"用途至多 {_TITLE_AT_MOST} 个字符，监管机关至多 {_SUPERVISOR_AT_MOST} 个",
                    en=f"titles have at most {_TITLE_AT_MOST} characters, supervisors "
                    f"{_SUPERVISOR_AT_MOST}",
                ),
            )
        if holder.expires_at is not None and holder.expires_at <= self._clock():
            raise _wrong(
                Text(zh="到期时间已过", en="that day has passed"),
                Text(zh="请写将来的日期", en="name a day to come"),
            )
        allowed = SCOPES[holder.kind]
        for scope in sorted(set(scopes or ()) - allowed):
            kind = TITLES[holder.kind]
            raise _wrong(
                Text(
                    zh=f"{kind.zh}密钥不能有权限 `{scope}`",
                    en=f"keys of the kind `{holder.kind}` never have the scope `{scope}`",
                ),
                Text(
                    zh="可用：" + "、".join(sorted(allowed)),
                    en="known: " + ", ".join(sorted(allowed)),
                ),
            )


def _kept(scopes: Collection[Scope] | None) -> str | None:
    return None if scopes is None else " ".join(sorted(scopes))


def _holder(row: Row[Any]) -> KeyHolder:
    kind = KeyKind(row.kind)
    # A scope that this version does not know grants nothing.
    named = SCOPES[kind] if row.scopes is None else set(row.scopes.split())
    return KeyHolder(
        kind,
        row.institution,
        row.supervisor,
        frozenset(each for each in SCOPES[kind] if each in named),
        _id_of(row.digest),
        row.expires_at,
    )


def _kept_key(row: Row[Any]) -> KeptKey:
    return KeptKey(_holder(row), row.title, row.created_at, row.revoked_at)


def id_of(plain: str) -> str:
    """Return the id that a key is listed under."""
    return _id_of(_digest(plain))


def _id_of(digest: str) -> str:
    return digest[:_ID_CHARACTERS]


def _digest(plain: str) -> str:
    # A fast hash is right here: the key is random, so there is nothing to guess it by.
    return hashlib.sha256(plain.encode()).hexdigest()


def _wrong(message: Text, hint: Text) -> WrongKeyRequest:
    return WrongKeyRequest(message, hint=hint, where=Location(path="fanzha keys"))


def _unknown(institution: str) -> UnknownInstitution:
    shown = institution[:60]
    return UnknownInstitution(
        Text(zh=f"未登记的机构 `{shown}`", en=f"institution `{shown}` is not registered"),
        hint=Text(
            zh="请先执行 fanzha institutions register FILE",
            en="run fanzha institutions register FILE first",
        ),
    )
