"""compose.yaml: what it sets can be used, and the service starts after its database is ready."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from fanzha.settings import ServerSettings, Settings
from tests.deployment.dockerfile import read
from tests.repository.files import REPOSITORY

TEXT = (REPOSITORY / "compose.yaml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
ENVIRONMENT = {"POSTGRES_PASSWORD": "1234"}


def _substituted(value: str) -> str:
    """Do what compose does with `${NAME:-default}` and `${NAME:?message}`."""

    def put_in(found: re.Match[str]) -> str:
        name, kind, default = found.groups()
        assert name in ENVIRONMENT or kind == ":-", name
        return ENVIRONMENT.get(name, default)

    return re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", put_in, value)


@pytest.mark.parametrize("name", ["service", "upgrade"])
def test_its_settings_can_be_used(name: str) -> None:
    environ = {key: _substituted(value) for key, value in SERVICES[name]["environment"].items()}
    database = SERVICES["database"]["environment"]
    settings = Settings.from_environment(environ)
    assert settings.database_url == (
        f"postgresql://{database['POSTGRES_USER']}:1234@database/{database['POSTGRES_DB']}"
    )
    assert ServerSettings.from_environment(environ).workers == 2


def test_there_is_no_password_in_it() -> None:
    assert re.findall(r"PASSWORD: (?!\$\{POSTGRES_PASSWORD:\?)", TEXT) == []


def test_the_service_starts_after_the_schema_and_that_after_the_database() -> None:
    assert SERVICES["service"]["depends_on"] == {
        "upgrade": {"condition": "service_completed_successfully"}
    }
    assert SERVICES["upgrade"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "pg_isready" in SERVICES["database"]["healthcheck"]["test"]


def test_it_is_reached_from_the_machine_only_and_may_write_only_what_is_kept() -> None:
    service = SERVICES["service"]
    (port,) = service["ports"]
    exposed = read(REPOSITORY / "Dockerfile")[1].one("EXPOSE").text
    assert port == f"127.0.0.1:{exposed}:{exposed}"
    assert "ports" not in SERVICES["database"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    (volume,) = service["volumes"]
    assert volume.partition(":")[2] == "/srv/fanzha/var"


def test_a_stop_leaves_time_for_answers_under_way() -> None:
    source = (REPOSITORY / "service/fanzha/gunicorn_conf.py").read_text()
    found = re.search(r"^graceful_timeout = (\d+)$", source, re.MULTILINE)
    assert found is not None
    assert int(SERVICES["service"]["stop_grace_period"].removesuffix("s")) > int(found[1])
