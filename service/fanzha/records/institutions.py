"""The registry of institutions: who they are in law."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects import postgresql, sqlite

from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.decision_record import is_storable
from fanzha.records.short_cache import ShortCache
from fanzha.records.tables import institutions


class Institutions:
    """Registered parties; a read can be a few seconds old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: ShortCache[Institution] = ShortCache()

    def get(self, institution_id: str) -> Institution | None:
        """Return the institution, or None when it is not registered."""
        return self._cache.get(institution_id, self._read)

    def put(self, institution: Institution) -> None:
        """Register the institution, or replace what was registered under its id."""
        row = _row_of(institution)
        with self._database.writing() as connection:
            # The same words in both, yet each dialect has a class of its own.
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            statement = dialect.insert(institutions).values(row)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))
        self._cache.forget(institution.id)

    def list(self) -> tuple[Institution, ...]:
        """Return all institutions by id, as they are now."""
        with self._database.reading() as connection:
            rows = connection.execute(select(institutions)).mappings().all()
        # Sorted here: the databases disagree about the order of text.
        return tuple(sorted(map(_institution_of, rows), key=lambda each: each.id))

    def _read(self, institution_id: str) -> Institution | None:
        if not is_storable(institution_id):
            return None
        query = select(institutions).where(institutions.c.id == institution_id)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return _institution_of(row) if row else None


def _row_of(institution: Institution) -> dict[str, Any]:
    return {
        "id": institution.id,
        "name_zh": institution.name.zh,
        "name_en": institution.name.en,
        "roles": " ".join(institution.roles),
        "licensed_from": institution.licensed_from,
        "licensed_until": institution.licensed_until,
        "supervisor": institution.supervisor,
    }


def _institution_of(row: RowMapping) -> Institution:
    return Institution(
        id=row["id"],
        name=Text(zh=row["name_zh"], en=row["name_en"]),
        roles=tuple(row["roles"].split()),
        licensed_from=row["licensed_from"],
        licensed_until=row["licensed_until"],
        supervisor=row["supervisor"],
    )
