"""The profiles of institutions: standing facts as they were attested; nothing is ever changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping, insert, select

from fanzha.model.attestation import (
    NOTHING_ATTESTED,
    Attestation,
    Profile,
    plain_value,
    profile_of,
    typed_value,
)
from fanzha.records.database import Database
from fanzha.records.decision_record import is_storable
from fanzha.records.short_cache import ShortCache
from fanzha.records.tables import attestations


class Profiles:
    """Attestations of registered institutions; a read can be a few seconds old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: ShortCache[Profile] = ShortCache()

    def get(self, institution_id: str) -> Profile:
        """Return what was attested of an institution, which may be nothing."""
        return self._cache.get(institution_id, self._read) or NOTHING_ATTESTED

    def add(self, institution_id: str, added: Sequence[Attestation], now: datetime) -> None:
        """Record the attestations, all or none; one that already is the newest is not repeated.

        The institution must be registered.
        """
        with self._database.writing() as connection:
            newest: dict[str, Attestation] = {}
            for row in connection.execute(_of(institution_id)).mappings():
                newest[row["fact"]] = _attestation_of(row)
            rows = []
            for each in added:
                if newest.get(each.fact) != each:
                    rows.append(_row_of(institution_id, each, now))
                    newest[each.fact] = each
            if rows:
                connection.execute(insert(attestations), rows)
        self._cache.forget(institution_id)

    def _read(self, institution_id: str) -> Profile:
        if not is_storable(institution_id):
            return NOTHING_ATTESTED
        with self._database.reading() as connection:
            rows = connection.execute(_of(institution_id)).mappings().all()
        return profile_of(map(_attestation_of, rows))


def _of(institution_id: str) -> Any:
    found = select(attestations).where(attestations.c.institution == institution_id)
    return found.order_by(attestations.c.number)


def _row_of(institution_id: str, attestation: Attestation, now: datetime) -> dict[str, Any]:
    return {
        "institution": institution_id,
        "fact": attestation.fact,
        "value_json": orjson.dumps(plain_value(attestation.value)),
        "assessor": attestation.assessor,
        "assessed_at": attestation.assessed_at,
        "evidence": attestation.evidence,
        "valid_until": attestation.valid_until,
        "basis": attestation.basis,
        "recorded_at": now,
    }


def _attestation_of(row: RowMapping) -> Attestation:
    return Attestation(
        fact=row["fact"],
        value=typed_value(orjson.loads(row["value_json"])),
        assessor=row["assessor"],
        assessed_at=row["assessed_at"],
        evidence=row["evidence"],
        valid_until=row["valid_until"],
        basis=row["basis"],
    )
