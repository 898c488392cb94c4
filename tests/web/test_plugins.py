"""GET /v1/plugins: what is installed and enabled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fanzha.application import Application
from fanzha.records import Records
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook, open_rulebook
from fanzha.web import create_app
from tests.web.places import assert_fits, assert_problem


def test_the_enabled_plugins_are_listed_with_what_they_bring(
    client: FlaskClient, rulebook: Rulebook, document: dict[str, Any]
) -> None:
    answer = client.get("/v1/plugins").get_json()
    assert_fits(answer, "Plugins", document)
    found = {each["name"]: each for each in answer["plugins"] if each["enabled"]}
    assert set(found) == {"telecom", "banking", "payments", "internet"}
    assert "fanzha_domain" in found["telecom"]["hooks"]
    brought = {key for each in found.values() for key in each["check_types"]}
    assert brought == set(rulebook.law.check_types)


def test_an_installed_plugin_that_is_not_enabled_is_listed_as_such(
    settings: Settings, records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site" / "another-1.2.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: another\nVersion: 1.2\n")
    (installed / "entry_points.txt").write_text("[fanzha]\nanother = another_plugin\n")
    monkeypatch.syspath_prepend(str(installed.parent))
    opened = open_rulebook(settings)
    try:
        app = create_app(Application(settings, opened, records=records))
        listed = app.test_client().get("/v1/plugins").get_json()["plugins"]
    finally:
        opened.close()
    assert next(each for each in listed if each["name"] == "another") == {
        "name": "another",
        "version": "1.2",
        "origin": "another",
        "enabled": False,
        "state": "not_enabled",
        "hooks": [],
        "check_types": [],
        "obligations": [],
        "functions": [],
    }


def test_a_query_is_refused(client: FlaskClient) -> None:
    assert_problem(client.get("/v1/plugins?enabled=true"), 400, "query_invalid")
