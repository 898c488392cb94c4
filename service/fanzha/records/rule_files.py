"""Keeps the files of rules that decisions are judged by, so that they can be judged again."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, exc, insert, select

from fanzha.records.database import Database
from fanzha.records.tables import rule_bundles, rule_files

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeptBundle:
    """The files of one bundle: path -> digest. `beside` lay there and are no part of it."""

    name: str
    digest: str
    read: Mapping[str, str]
    beside: Mapping[str, str]


class RuleFiles:
    """Bundles by their digest, files by theirs; each is written once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unknown(self, digests: Iterable[str]) -> set[str]:
        """Return those bundles that are not kept yet."""
        wanted = set(digests)
        query = select(rule_bundles.c.digest).where(rule_bundles.c.digest.in_(wanted))
        with self._database.reading() as connection:
            return wanted - set(connection.execute(query).scalars())

    def put(self, bundle: KeptBundle, contents: Mapping[str, bytes]) -> None:
        """Keep a bundle with the contents of its files, by digest; all of it or nothing.

        Another process may do the same at the same time: one of them does it.
        """
        row = {
            "digest": bundle.digest,
            "name": bundle.name,
            "files_json": orjson.dumps({"read": bundle.read, "beside": bundle.beside}),
            "kept_at": datetime.now(UTC),
        }
        try:
            with self._database.writing() as connection:
                known = _known(connection, contents)
                missing = [
                    {"digest": digest, "content": zlib.compress(content)}
                    for digest, content in contents.items()
                    if digest not in known
                ]
                if missing:
                    connection.execute(insert(rule_files), missing)
                connection.execute(insert(rule_bundles), row)
        except exc.IntegrityError:
            if self.unknown([bundle.digest]):
                raise

    def get(self, digest: str) -> KeptBundle | None:
        """Return the bundle, or None when it was never kept."""
        query = select(rule_bundles).where(rule_bundles.c.digest == digest)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        files = orjson.loads(row.files_json)
        return KeptBundle(row.name, row.digest, files["read"], files["beside"])

    def contents(self, digests: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of files by digest."""
        wanted = list(digests)
        found: dict[str, bytes] = {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                query = select(rule_files).where(rule_files.c.digest.in_(some))
                for row in connection.execute(query):
                    found[row.digest] = zlib.decompress(row.content)
        return found


def _known(connection: Connection, contents: Mapping[str, Any]) -> set[str]:
    query = select(rule_files.c.digest).where(rule_files.c.digest.in_(list(contents)))
    return set(connection.execute(query).scalars())
