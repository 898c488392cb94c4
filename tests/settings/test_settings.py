"""Every setting: its default, its values, and what is said about wrong ones."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from fanzha.errors import SettingError
from fanzha.settings import (
    ALL,
    FOR_THE_SERVER,
    MEBIBYTE,
    LogForm,
    RateLimit,
    ServerSettings,
    Setting,
    Settings,
)


def _read(**environ: str) -> Settings:
    return Settings.from_environment(environ)


def _refused(**environ: str) -> SettingError:
    with pytest.raises(SettingError) as caught:
        _read(**environ)
    error = caught.value
    assert error.code == "setting_invalid"
    assert error.hint is not None
    assert error.where is not None
    return error


def test_without_any_setting_the_defaults_hold() -> None:
    assert _read() == Settings(
        database_url="sqlite:///var/fanzha.db",
        plugins=("telecom", "banking", "payments", "internet"),
        rulesets=(),
        secret_key_file=Path("var/secret.key"),
        signing_key_file=Path("var/signing.key"),
        heads_file=Path("var/heads.jsonl"),
        heads_url=None,
        heads_seconds=60,
        host="127.0.0.1",
        port=8000,
        maximum_body_bytes=MEBIBYTE,
        maximum_depth=16,
        maximum_facts=1000,
        maximum_page=200,
        check_seconds=10.0,
        rate_limit=None,
        self_tests_waiting=8,
        jwks=None,
        jwt_issuer=None,
        jwt_audience=None,
        editions=64,
        expiring_days=60,
        due_seconds=300,
        plugin_seconds=1.0,
        trace_hooks=False,
        log=LogForm.JSON,
    )


VALUES = {
    "FANZHA_DATABASE_URL": ("postgresql://service@db/fanzha", "postgresql://service@db/fanzha"),
    "FANZHA_PLUGINS": (" telecom , customs,", ("telecom", "customs")),
    "FANZHA_RULESETS": (os.pathsep.join(["/", os.sep]), (Path("/"), Path("/"))),
    "FANZHA_SECRET_KEY_FILE": ("/run/secrets/key", Path("/run/secrets/key")),
    "FANZHA_SIGNING_KEY_FILE": ("/run/secrets/signing", Path("/run/secrets/signing")),
    "FANZHA_HEADS_FILE": ("/mnt/elsewhere/heads", Path("/mnt/elsewhere/heads")),
    "FANZHA_HEADS_URL": ("https://notary.example/heads", "https://notary.example/heads"),
    "FANZHA_HEADS_SECONDS": ("0", 0),
    "FANZHA_HOST": ("0.0.0.0", "0.0.0.0"),
    "FANZHA_PORT": ("65535", 65535),
    "FANZHA_MAXIMUM_BODY_BYTES": ("1024", 1024),
    "FANZHA_MAXIMUM_DEPTH": ("64", 64),
    "FANZHA_MAXIMUM_FACTS": ("1", 1),
    "FANZHA_MAXIMUM_PAGE": ("1000", 1000),
    "FANZHA_CHECK_SECONDS": ("0.5", 0.5),
    "FANZHA_RATE_LIMIT": ("600/minute", RateLimit(600, 60)),
    "FANZHA_SELF_TESTS_WAITING": ("2", 2),
    "FANZHA_JWKS": ("https://id.example/keys", "https://id.example/keys"),
    "FANZHA_JWT_ISSUER": ("https://id.example", "https://id.example"),
    "FANZHA_JWT_AUDIENCE": ("fanzha", "fanzha"),
    "FANZHA_EDITIONS": ("1", 1),
    "FANZHA_EXPIRING_DAYS": ("30", 30),
    "FANZHA_DUE_SECONDS": ("0", 0),
    "FANZHA_PLUGIN_SECONDS": ("0.25", 0.25),
    "FANZHA_TRACE_HOOKS": ("1", True),
    "FANZHA_LOG": ("text", LogForm.TEXT),
}


@pytest.mark.parametrize("variable", VALUES)
def test_a_value_of_the_environment_is_taken(variable: str) -> None:
    given, expected = VALUES[variable]
    name = variable.removeprefix("FANZHA_").lower()
    assert getattr(_read(**{variable: given}), name) == expected


def test_every_setting_is_tried_above() -> None:
    assert VALUES.keys() == {setting.variable for setting in ALL}
    fields = {f"FANZHA_{field.name.upper()}" for field in dataclasses.fields(Settings)}
    assert fields == VALUES.keys()


@pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.variable)
def test_an_empty_value_means_the_default(setting: object) -> None:
    variable: str = setting.variable  # type: ignore[attr-defined]
    assert _read(**{variable: ""}) == _read(**{variable: "  "}) == _read()


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANZHA_PORT", "8123")
    assert Settings.from_environment().port == 8123


@pytest.mark.parametrize(
    ("variable", "value", "message", "hint"),
    [
        ("FANZHA_DATABASE_URL", "mysql://db", "`mysql` does not begin the URL", "use the form"),
        ("FANZHA_DATABASE_URL", "var/fanzha.db", "`var/fanzha.db` does not", "use the form"),
        ("FANZHA_PLUGINS", ",", "`,` names no plugin", "write names with commas between"),
        ("FANZHA_PLUGINS", "telecom banking", "`telecom banking` is not the name", "write names"),
        ("FANZHA_PLUGINS", "Telecom", "`Telecom` is not the name of a plugin", "write names"),
        ("FANZHA_PLUGINS", "telecom,telecom", "`telecom` is named twice", "write names"),
        ("FANZHA_RULESETS", "/no/such/folder", "`/no/such/folder` is not a folder", "name folders"),
        ("FANZHA_RULESETS", __file__, "is not a folder", "name folders that exist"),
        ("FANZHA_RATE_LIMIT", "600", "is no limit of requests", "600/minute"),
        ("FANZHA_RATE_LIMIT", "0/minute", "is no limit of requests", "600/minute"),
        ("FANZHA_RATE_LIMIT", "600/day", "is no limit of requests", "600/minute"),
        ("FANZHA_JWKS", "http://id.example/keys", "does not begin an https", "https://"),
        ("FANZHA_CHECK_SECONDS", "0", "is no number of seconds", "above 0 and up to 60"),
        ("FANZHA_PLUGIN_SECONDS", "0", "is no number of seconds", "above 0 and up to 60"),
        ("FANZHA_PLUGIN_SECONDS", "61", "is no number of seconds", "above 0 and up to 60"),
        ("FANZHA_PLUGIN_SECONDS", "1e1", "is no number of seconds", "such as 0.5"),
        ("FANZHA_PLUGIN_SECONDS", "inf", "is no number of seconds", "such as 0.5"),
        ("FANZHA_PORT", "http", "`http` is not a whole number", "from 1 to 65535"),
        ("FANZHA_PORT", "80.5", "`80.5` is not a whole number", "from 1 to 65535"),
        ("FANZHA_PORT", "8_000", "`8_000` is not a whole number", "from 1 to 65535"),
        ("FANZHA_PORT", "-1", "`-1` is not a whole number", "from 1 to 65535"),
        ("FANZHA_PORT", "٨٠٠٠", "is not a whole number", "from 1 to 65535"),
        ("FANZHA_PORT", "9" * 5000, "is not a whole number", "from 1 to 65535"),
        ("FANZHA_PORT", "0", "`0` is out of range", "from 1 to 65535"),
        ("FANZHA_PORT", "65536", "`65536` is out of range", "from 1 to 65535"),
        ("FANZHA_MAXIMUM_BODY_BYTES", "1023", "`1023` is out of range", "from 1024 to"),
        ("FANZHA_MAXIMUM_BODY_BYTES", "1MiB", "`1MiB` is not a whole number", "from 1024 to"),
        ("FANZHA_EDITIONS", "0", "`0` is out of range", "from 1 to 10000"),
        ("FANZHA_EDITIONS", "many", "`many` is not a whole number", "from 1 to 10000"),
        ("FANZHA_LOG", "JSON", "`JSON` is no form of logs", "json, text, off"),
    ],
)
def test_a_value_that_cannot_be_used_stops_the_start(
    variable: str, value: str, message: str, hint: str
) -> None:
    error = _refused(**{variable: value})
    assert str(error).startswith(f"{variable}: ")
    assert message in error.message.en
    assert error.hint is not None
    assert hint in error.hint.en


def test_without_any_setting_the_server_has_its_defaults() -> None:
    assert ServerSettings.from_environment({}) == ServerSettings(2, 16, None, LogForm.JSON)


def test_what_a_platform_sets_is_taken() -> None:
    environ = {"WEB_CONCURRENCY": "4", "FANZHA_THREADS": "60", "PORT": "80", "FANZHA_LOG": "off"}
    assert ServerSettings.from_environment(environ) == ServerSettings(4, 60, 80, LogForm.OFF)


@pytest.mark.parametrize(
    ("variable", "value", "message", "hint"),
    [
        ("WEB_CONCURRENCY", "0", "`0` is out of range", "from 1 to 64"),
        ("WEB_CONCURRENCY", "auto", "`auto` is not a whole number", "from 1 to 64"),
        ("FANZHA_THREADS", "61", "`61` is out of range", "from 1 to 60"),
        ("PORT", "http", "`http` is not a whole number", "from 1 to 65535"),
    ],
)
def test_a_value_that_the_server_cannot_use_stops_the_start(
    variable: str, value: str, message: str, hint: str
) -> None:
    with pytest.raises(SettingError) as caught:
        ServerSettings.from_environment({variable: value})
    assert str(caught.value).startswith(f"{variable}: {message}")
    assert hint in str(caught.value)


def test_a_password_in_the_url_of_a_database_is_never_shown() -> None:
    error = _refused(FANZHA_DATABASE_URL="oracle://service:hunter2@db/fanzha")
    assert "hunter2" not in str(error)
    assert "hunter2" not in str(error.as_json())


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("FANZHA_PLUGIN", "FANZHA_PLUGINS"),
        ("FANZHA_RULESET", "FANZHA_RULESETS"),
        ("FANZHA_DATABASE", "FANZHA_DATABASE_URL"),
        ("FANZHA_DATABSE_URL", "FANZHA_DATABASE_URL"),
        ("FANZHA_SECRET_KEYFILE", "FANZHA_SECRET_KEY_FILE"),
        ("FANZHA_MAX_BODY_BYTES", "FANZHA_MAXIMUM_BODY_BYTES"),
        ("FANZHA_EDITION", "FANZHA_EDITIONS"),
        ("FANZHA_THREAD", "FANZHA_THREADS"),
    ],
)
def test_a_misspelt_setting_is_not_passed_over(variable: str, meant: str) -> None:
    error = _refused(**{variable: "1"})
    assert error.message.en == f"unknown setting `{variable}`"
    assert error.hint is not None
    assert error.hint.en == f"did you mean `{meant}`?"


@pytest.mark.parametrize("setting", FOR_THE_SERVER, ids=lambda each: each.variable)
def test_what_the_server_reads_does_not_stop_the_service(setting: Setting) -> None:
    assert _read(**{setting.variable: "8"}) == _read()


@pytest.mark.parametrize(
    "variable", ["FANZHA_SERVICE_HOST", "FANZHA_SERVICE_PORT_HTTP", "fanzha_port", "PORT", "FANZHA"]
)
def test_variables_that_are_not_ours_are_left_alone(variable: str) -> None:
    assert _read(**{variable: "nonsense"}) == _read()


def test_heads_and_their_key_lie_beside_the_secret() -> None:
    settings = _read(FANZHA_SECRET_KEY_FILE="/srv/keys/secret.key")
    assert settings.signing_key_file == Path("/srv/keys/signing.key")
    assert settings.heads_file == Path("/srv/keys/heads.jsonl")


@pytest.mark.parametrize(
    "value", ["notary.example", "ftp://notary.example", "https://", "file:///x"]
)
def test_heads_are_posted_to_the_web_only(value: str) -> None:
    assert _refused(FANZHA_HEADS_URL=value)


@pytest.mark.parametrize("missing", ["FANZHA_JWKS", "FANZHA_JWT_ISSUER", "FANZHA_JWT_AUDIENCE"])
def test_what_tokens_are_verified_with_is_set_together_or_not_at_all(missing: str) -> None:
    names = ("FANZHA_JWKS", "FANZHA_JWT_ISSUER", "FANZHA_JWT_AUDIENCE")
    given = dict.fromkeys(names, "x")
    assert _read().tokens is None
    assert _read(**given).tokens is not None
    del given[missing]
    settings = _read(**given)
    with pytest.raises(SettingError, match=missing):
        _ = settings.tokens
