"""The service and a stranger's plugin, each from its own wheel, run as a release runs."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import REPOSITORY
from tests.standalone.newcomer import Server, environment_of, free_address

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

STRANGER = REPOSITORY / "examples" / "standalone_plugin"
BUILT_IN = "telecom,banking,payments,internet"
BROKER = """\
- id: broker-001
  name: {zh: 示范证券公司, en: Example Securities}
  roles: [securities_broker, internet_service_provider]
  licensed_from: 2008-05-01
"""
CHECK: dict[str, Any] = {
    "domain": "securities",
    "check_type": "fund_transfer",
    "stage": "proposed",
    "institution": "broker-001",
    "occurred_at": "2026-03-02T10:15:00+08:00",
    "facts": {
        "securities_transfer_kind": "bank_to_securities",
        "securities_transfer_profile": "differs",
        "securities_mismatch_checked": False,
        "securities_counterparty_screening_result": "no_hit",
        "securities_suspicion_confirmed": False,
        "securities_transfer_record_retention_years": 10,
        "securities_restriction_applied": False,
        "securities_fraud_prompt_shown": True,
    },
}


def _wheel(source: Path, folder: Path) -> Path:
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = folder.glob("*.whl")
    return made


class Release:
    """An environment that holds both wheels and borrows what they depend on."""

    def __init__(self, folder: Path, wheels: list[Path]) -> None:
        self.folder = folder
        venv.create(folder / "environment", with_pip=False)
        self.python = folder / "environment" / "bin" / "python"
        self.packages = Path(
            sysconfig.get_path(
                "purelib",
                vars={"base": str(folder / "environment"), "platbase": ""},
            )
        )
        # Behind its own packages, so that the wheels go before the source; a `.pth` that lies in
        # a borrowed folder is not read.
        (self.packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
        installed = subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet",
             "--no-deps", "--no-index", *map(str, wheels)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert installed.returncode == 0, installed.stderr

    def environment(self, plugins: str, **more: str) -> dict[str, str]:
        """Return the environment of a process with these plugins, and a database of its own."""
        return environment_of(
            FANZHA_PLUGINS=plugins,
            FANZHA_DATABASE_URL=f"sqlite:///{self.folder / 'release.db'}",
            FANZHA_SECRET_KEY_FILE=str(self.folder / "release.key"),
            **more,
        )

    def fanzha(self, *arguments: str, plugins: str) -> str:
        """Run the command line; return what it prints."""
        done = subprocess.run(
            [str(self.python), "-m", "fanzha", *arguments],
            cwd=self.folder,
            env=self.environment(plugins),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def serve(self, address: str, plugins: str) -> Server:
        """Start what the Procfile calls `web`, on the port that a platform gives."""
        lines = dict(
            line.split(": ", 1) for line in (REPOSITORY / "Procfile").read_text().splitlines()
        )
        program, *arguments = shlex.split(lines["web"])
        assert program == "gunicorn"
        port = address.rpartition(":")[2]
        environment = self.environment(plugins, PORT=port, WEB_CONCURRENCY="2")
        return Server([str(self.python), "-m", "gunicorn", *arguments], self.folder, environment)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Both wheels, built from their sources, in an environment of their own."""
    wheels = [
        _wheel(REPOSITORY, tmp_path_factory.mktemp("service")),
        _wheel(STRANGER, tmp_path_factory.mktemp("stranger")),
    ]
    return Release(tmp_path_factory.mktemp("release"), wheels)


@pytest.fixture(scope="module")
def key(release: Release) -> str:
    """The key of a broker that is registered."""
    plugins = f"{BUILT_IN},securities"
    (release.folder / "brokers.yaml").write_text(BROKER, encoding="utf-8")
    release.fanzha("db", "upgrade", plugins=plugins)
    release.fanzha("institutions", "register", "brokers.yaml", plugins=plugins)
    created = release.fanzha("keys", "create", "broker-001", "--json", plugins=plugins)
    return str(json.loads(created)["key"])


@pytest.fixture
def address() -> str:
    """An address that is free."""
    return free_address()


@pytest.fixture
def served(release: Release, key: str, address: str) -> Iterator[str]:
    """The address of a service that has the stranger's plugin enabled."""
    server = release.serve(address, f"{BUILT_IN},securities")
    try:
        server.wait(address)
        yield address
        told = server.told()
    finally:
        server.stop()
    assert told.count("Booting worker") == 2


def _asked(address: str, path: str, key: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        f"http://{address}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _listed(release: Release, plugins: str) -> dict[str, Any]:
    listed = json.loads(release.fanzha("plugins", "list", "--json", plugins=plugins))["plugins"]
    return {each["name"]: each for each in listed}


def test_both_come_from_their_wheels(release: Release) -> None:
    script = "import fanzha, fanzha_securities as it; print(fanzha.__file__); print(it.__file__)"
    found = subprocess.run(
        [str(release.python), "-c", script],
        cwd=release.folder,
        env=environment_of(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(Path(line).is_relative_to(release.folder) for line in found.stdout.splitlines())


def test_a_check_of_the_strangers_domain_is_decided_and_kept(served: str, key: str) -> None:
    decision = _asked(served, "/v1/checks", key, CHECK)
    assert decision["advice"] == "proceed_with"
    violated = [each["id"] for each in decision["obligations"] if each["status"] == "violated"]
    assert violated == ["securities.aml.a30.p1.1"]
    assert decision["versions"]["plugins"]["securities"] == "0.1.0"
    assert "securities" in [each["name"] for each in decision["law"]["bundles"]]
    # Whichever of the two workers answers, it is the decision that was kept.
    for _ in range(4):
        assert _asked(served, f"/v1/decisions/{decision['id']}", key) == decision


def test_the_stranger_stands_beside_the_plugins_of_the_service(served: str, key: str) -> None:
    plugins = {each["name"]: each for each in _asked(served, "/v1/plugins", key)["plugins"]}
    assert plugins["securities"]["enabled"] is True
    assert plugins["securities"]["origin"] == "fanzha-securities"
    assert plugins["telecom"]["enabled"] is True


def test_its_own_cases_hold_in_the_release(release: Release) -> None:
    report = release.fanzha("self-test", "securities", "--json", plugins=f"{BUILT_IN},securities")
    assert json.loads(report)["passed"] is True


def test_without_being_enabled_it_is_listed_and_brings_nothing(release: Release) -> None:
    listed = _listed(release, BUILT_IN)
    assert listed["securities"]["enabled"] is False
    counted = json.loads(release.fanzha("rulesets", "check", "--json", plugins=BUILT_IN))
    enabled = json.loads(
        release.fanzha("rulesets", "check", "--json", plugins=f"{BUILT_IN},securities")
    )
    assert enabled["counts"]["obligations"] - counted["counts"]["obligations"] == 14
