"""The real service over HTTP: its own SQLite database for each test, and the built-in law."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.records import Records, open_records, upgrade
from fanzha.records.database import Database
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from fanzha.web import create_app
from tests.web.places import CLEAN_CHECK, INSTITUTIONS

Json = dict[str, Any]


@dataclass
class Caller:
    """A client that posts as one institution."""

    client: FlaskClient
    key: str
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, body: Any, query: str = "", **options: Any) -> Any:
        """Post a check: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        options.setdefault("content_type", "application/json")
        return self.client.post(f"/v1/checks{query}", data=data, headers=self._headers(), **options)

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", **self.headers}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path / 'fanzha.db'}",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        }
    )


@pytest.fixture
def records(settings: Settings) -> Iterator[Records]:
    upgrade(settings.database_url)
    opened = open_records(settings)
    for institution in read_institutions(INSTITUTIONS).values():
        opened.institutions.put(institution)
    yield opened
    opened.close()


@pytest.fixture
def application(settings: Settings, rulebook: Rulebook, records: Records) -> Iterator[Application]:
    opened = Application(settings, rulebook, records=records)
    yield opened
    # Not all of it: the law is every test's, and the records close themselves.
    opened.self_tests.close()


@pytest.fixture
def app(application: Application) -> Flask:
    return create_app(application)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def operator(client: FlaskClient, records: Records) -> Caller:
    return Caller(client, records.keys.create("telecom-001", "test"))


@pytest.fixture
def bank(client: FlaskClient, records: Records) -> Caller:
    return Caller(client, records.keys.create("bank-001", "test"))


@pytest.fixture
def internet_provider(client: FlaskClient, records: Records) -> Caller:
    return Caller(client, records.keys.create("internet-001", "tests"))


@pytest.fixture
def payment_institution(client: FlaskClient, records: Records) -> Caller:
    return Caller(client, records.keys.create("payments-001", "test"))


@pytest.fixture
def check() -> Json:
    """A check of the telecom operator that is in order."""
    body: Json = json.loads(CLEAN_CHECK.read_text(encoding="utf-8"))
    return body


@pytest.fixture
def stored(settings: Settings, records: Records) -> Callable[[], int]:
    """Counts decisions over a connection of its own: what it sees is committed."""

    def count() -> int:
        database = Database(settings.database_url)
        try:
            with database.reading() as connection:
                return int(connection.execute(text("SELECT count(*) FROM decisions")).scalar_one())
        finally:
            database.dispose()

    return count


@pytest.fixture
def document(client: FlaskClient) -> Json:
    found: Json = client.get("/openapi.json").get_json()
    return found
