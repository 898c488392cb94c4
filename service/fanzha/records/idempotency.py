"""Keys that callers put on a request, so that sending it again makes nothing new.

INVARIANT: a key is committed together with what was made under it. Of two requests at once, in
whatever processes, the primary key lets one through; the other reads what the first has made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, select

from fanzha.errors import (
    DecisionPurged,
    FanzhaError,
    IdempotencyKeyMalformed,
    IdempotencyKeyReused,
    Location,
)
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.digesting import sha256
from fanzha.records.personal import PersonalDigests, secret_missing
from fanzha.records.tables import decisions, idempotency_keys

HEADER = "Idempotency-Key"
LENGTH_AT_MOST = 200
SEEN_AT_MOST = 20_000
"""Keys that a process remembers, about 3 MB; forgetting them costs time and nothing else."""
_FORM = re.compile(rf"[!-~]{{1,{LENGTH_AT_MOST}}}")


@dataclass(frozen=True, slots=True)
class Claim:
    """One caller's key on one request; of neither more than a digest is kept."""

    digest: str
    request_digest: str
    request: str = field(repr=False)


_MADE = select(idempotency_keys.c.request_digest, idempotency_keys.c.made).where(
    idempotency_keys.c.digest == bindparam("digest")
)


class Taken(FanzhaError):
    """Another request with the same key was faster; `Idempotency.made` tells what it made."""


def taken() -> Taken:
    """Return the error of whoever comes second; callers handle it, nobody reads it."""
    return Taken(Text(zh="该键已使用", en="the key is taken"))


class Idempotency:
    """What was made under which key."""

    def __init__(self, database: Database, digests: PersonalDigests) -> None:
        self._database = database
        self._digests = digests
        self._lookup = database.open_lookup(_MADE)
        self._seen: set[str] = set()

    def claim(self, owner: str, key: str, request: Mapping[str, Any]) -> Claim:
        """Return the claim of `owner` for the request under its key.

        Raises IdempotencyKeyMalformed. The same JSON in another layout is the same request.
        """
        if _FORM.fullmatch(key) is None:
            raise IdempotencyKeyMalformed(
                Text(
                    zh=f"`{HEADER}` 须为 1 至 {LENGTH_AT_MOST} 个可见的 ASCII 字符",
                    en=f"`{HEADER}` is 1 to {LENGTH_AT_MOST} visible ASCII characters",
                ),
                hint=Text(
                    zh="每个新请求用一个新的 UUID，重试时用同一个",
                    en="take a new UUID for each new request, and the same one to try again",
                ),
                where=Location(path=HEADER),
            )
        plain = canonical(request)
        return Claim(_digest(owner, key), self._digests.digest(HEADER, plain), plain)

    def was_seen(self, claim: Claim) -> bool:
        """Tell whether this process has met the key before, and remember that it has.

        Of a key that it has not, nothing was made as a rule, and asking costs more than
        finding out when the claim is to be stored: `Taken` is raised then.
        """
        if claim.digest in self._seen:
            return True
        if len(self._seen) >= SEEN_AT_MOST:
            self._seen.clear()
        self._seen.add(claim.digest)
        return False

    def made(self, claim: Claim) -> str | None:
        """Return the id of what was made under the claim, if anything.

        Raises IdempotencyKeyReused when it was made for another request, and StoreUnavailable
        when that cannot be told: an honest retry that is told to take a new key is done twice.
        """
        row = self._lookup.find(claim.digest)
        if row is None:
            return None
        request_digest, made = row
        # With whichever secret it was made: a retry may come after the secret was changed, and
        # to a process that began before.
        if not self._digests.knows(request_digest):
            raise secret_missing()
        if not self._digests.matches(request_digest, HEADER, claim.request):
            raise IdempotencyKeyReused(
                Text(
                    zh=f"该 `{HEADER}` 已用于内容不同的请求",
                    en=f"the `{HEADER}` was used for a request with other content",
                ),
                hint=Text(
                    zh="新请求用新的键；重试须原样发送",
                    en="take a new key for a new request; to try again, send the same content",
                ),
                where=Location(path=HEADER),
            )
        return str(made)

    def close(self) -> None:
        """Close its connections."""
        self._lookup.close()

    def answer(self, decision_id: str) -> bytes:
        """Return the answer that was given, to the byte; raise DecisionPurged."""
        query = select(decisions.c.answer_json, decisions.c.purge)
        with self._database.reading() as connection:
            row = connection.execute(query.where(decisions.c.id == decision_id)).one()
        if row.purge is not None:
            raise DecisionPurged(
                Text(
                    zh=f"决定 `{decision_id}` 已作出，其内容已清除",
                    en=f"decision `{decision_id}` was made, and its contents were purged since",
                ),
                hint=Text(
                    zh="如需重新判断，请用新的键提交",
                    en="to have it judged anew, post it with a new key",
                ),
            )
        return bytes(row.answer_json)


def row_of(claim: Claim, made: str, now: datetime) -> dict[str, Any]:
    """Return the row that says what was made under a claim."""
    return {
        "digest": claim.digest,
        "request_digest": claim.request_digest,
        "made": made,
        "created_at": now,
    }


def is_taken(connection: Connection, claim: Claim) -> bool:
    """Tell whether something was made under the claim's key already."""
    query = select(idempotency_keys.c.made).where(idempotency_keys.c.digest == claim.digest)
    return connection.execute(query).first() is not None


INSERT_CLAIMS = insert(idempotency_keys)


def canonical(request: Mapping[str, Any]) -> str:
    """Return one text for all layouts of the same JSON."""
    try:
        return orjson.dumps(request, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:
        # Integers that pass 64 bits, which are refused later with their own error.
        return repr(request)


def _digest(owner: str, key: str) -> str:
    # Without a secret, so that it is found after the secret has changed: the key is no secret
    # itself, and a line feed stands in neither.
    return sha256(f"{owner}\n{key}".encode())
