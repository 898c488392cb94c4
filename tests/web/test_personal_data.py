"""Marked values are posted wherever a value can go, and looked for wherever one could come out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fanzha.application import Application
from fanzha.model.access import KeyHolder, KeyKind
from fanzha.records import Records, open_records, upgrade
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from fanzha.web import create_app
from tests.usecases.small_checks import INSTITUTIONS, sale, small_rulebook

Json = dict[str, Any]

# Of a person: nowhere. Of anyone else: in the record and in answers, never in logs or metrics.
PERSON = "Zhuang Markedperson"
TEXT = "Plainmarked"


class Listening(logging.Handler):
    """Keeps all that is logged, with the tracebacks."""

    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        self.text = ""
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record) + "\n"


@pytest.fixture(scope="module")
def rules() -> Iterator[Rulebook]:
    opened = small_rulebook()
    yield opened
    opened.close()


@pytest.fixture
def personal_facts(rules: Rulebook) -> list[str]:
    found = [name for name, each in rules.law.facts.items() if each.personal]
    assert len(found) >= 2
    return found


@pytest.fixture
def small_settings(tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path}/fanzha.db",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        }
    )


@pytest.fixture
def small_records(small_settings: Settings) -> Iterator[Records]:
    upgrade(small_settings.database_url)
    opened = open_records(small_settings)
    for each in INSTITUTIONS.values():
        opened.institutions.put(each)
    yield opened
    opened.close()


@pytest.fixture
def small_app(small_settings: Settings, rules: Rulebook, small_records: Records) -> Iterator[Flask]:
    application = Application(small_settings, rules, records=small_records)
    yield create_app(application)
    application.self_tests.close()


@pytest.fixture
def heard() -> Iterator[Listening]:
    handler = Listening()
    loggers = [logging.getLogger(), logging.getLogger("fanzha")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(handler)
        each.setLevel(logging.DEBUG)
    yield handler
    for each, level in zip(loggers, levels, strict=True):
        each.removeHandler(handler)
        each.setLevel(level)


def _bodies(facts: list[str]) -> Iterator[bytes]:
    """Give the mark in each personal fact, in every form that is taken or refused."""
    for name in facts:
        for value in (
            PERSON,
            f"{PERSON}\x00",
            PERSON * 400,
            [PERSON],
            {"value": PERSON},
            {"value": PERSON, "assessed_by": TEXT, "assessed_at": "2026-03-01", "basis": TEXT},
            {PERSON: 1},
        ):
            body = sale(changed={"reference": TEXT}, **{name: value})
            yield json.dumps(body).encode()
            yield json.dumps({**body, "circumstances": {name: value}, "facts": {}}).encode()
        whole = json.dumps(sale(**{name: PERSON}))
        yield whole[: whole.index(PERSON) + 12].encode()
        yield whole.replace(f'"{name}":', f'"{name}": "{PERSON}", "{name}":').encode()
        yield whole.replace(PERSON, f"{PERSON}\\ud800").encode()
        yield whole.replace(PERSON, f"{PERSON}\n").encode()
        yield json.dumps(sale(**{name: PERSON}, name_recorded=False)).encode()
        yield json.dumps(sale(**{f"{name}x": 1, name: PERSON})).encode()
        yield json.dumps({**sale(**{name: PERSON}), "stage": "proposed"}).encode()
        yield json.dumps({**sale(**{name: PERSON}), "institution": TEXT}).encode()
    yield json.dumps(sale(**dict.fromkeys(facts, PERSON))).encode()


def _calls(client: FlaskClient, keys: list[str], facts: list[str], app: Flask) -> Iterator[Any]:
    for body in _bodies(facts):
        for query in ("", "?explain=full"):
            yield client.post(
                f"/v1/checks{query}",
                data=body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {keys[0]}"},
            )
    attested = [
        {
            "fact": name,
            "value": PERSON,
            "assessor": TEXT,
            "assessed_at": "2026-03-01",
            "evidence": TEXT,
            "valid_until": "2027-03-01",
        }
        for name in facts
    ]
    for key in keys:
        headers = {"Authorization": f"Bearer {key}", "X-Purpose": TEXT}
        yield client.put(
            "/v1/institutions/seller-1/profile", json={"attestations": attested}, headers=headers
        )
        (ids,) = [
            [each["id"] for each in page.get("decisions", [])]
            for page in [client.get("/v1/decisions?limit=200", headers=headers).get_json()]
        ]
        for id_ in ids:
            yield client.get(f"/v1/decisions/{id_}", headers=headers)
            yield client.get(f"/v1/decisions/{id_}/reads", headers=headers)
        for rule in app.url_map.iter_rules():
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<{argument}>", TEXT)
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT"}):
                for query in ("", f"?institution={TEXT}", f"?reference={TEXT}&cursor={TEXT}"):
                    body = {TEXT: TEXT} if method != "GET" else None
                    yield client.open(f"{path}{query}", method=method, json=body, headers=headers)


def test_a_persons_data_comes_out_nowhere(
    small_app: Flask,
    small_records: Records,
    personal_facts: list[str],
    heard: Listening,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    client = small_app.test_client()
    keys = [
        small_records.keys.create("seller-1"),
        small_records.keys.create_for(KeyHolder(KeyKind.AUDITOR), "test"),
        small_records.keys.create_operator("test"),
    ]
    answers = list(_calls(client, keys, personal_facts, small_app))
    statuses = {each.status_code for each in answers}
    assert {200, 400, 404, 422} <= statuses
    assert 500 not in statuses
    stored = small_records.ledger.heads("seller-1")[0].sequence
    assert stored >= 4 * len(personal_facts)
    for each in answers:
        assert PERSON.encode() not in each.data, each.request.path
        assert "Markedperson" not in str(each.headers)
    small_records.close()
    metrics = client.get("/metrics").get_data(as_text=True)
    logged = heard.text + "".join(capfd.readouterr())
    for place in (metrics, logged):
        assert "Markedperson" not in place
        assert TEXT not in place
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert {"fanzha.db", "heads.jsonl"} <= {each.name for each in files}
    for file in files:
        assert b"markedperson" not in file.read_bytes().lower(), file
    # The other mark is there: what was looked through is what was written.
    assert any(TEXT.encode() in each.read_bytes() for each in files)


def test_every_text_of_the_built_in_rules_without_listed_values_is_personal(
    application: Application,
) -> None:
    free = {
        name
        for name, each in application.law.facts.items()
        if each.type.kind.value == "string" and not each.personal
    }
    assert free == set()
