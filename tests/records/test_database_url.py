from __future__ import annotations

import pytest

from fanzha.errors import SettingError
from fanzha.records.database import Database


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_same_driver(scheme: str) -> None:
    database = Database(f"{scheme}://user:word@host/name")
    assert database.engine.url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "postgresql+asyncpg://user:password-in-clear@host/name",
        "mysql://user:password-in-clear@host/name",
        "postgresql://user:password-in-clear@host:port/name",
        "password-in-clear",
    ],
)
def test_a_database_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingError) as refused:
        Database(url)
    assert "password-in-clear" not in str(refused.value)
    assert refused.value.hint
    assert refused.value.__cause__ is None
