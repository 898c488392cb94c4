"""The image is built as its file says: each step's command is run here, in folders of its own."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fanzha.settings import Settings
from tests.deployment.dockerfile import read
from tests.repository.files import FILES, REPOSITORY, named
from tests.web.test_gunicorn import free_port

STAGES = read(REPOSITORY / "Dockerfile")
BUILD, RUN = STAGES


def test_the_last_stage_has_no_compiler_and_takes_only_the_environment() -> None:
    assert len(STAGES) == 2
    assert "slim" in RUN.image
    assert BUILD.image.replace("slim-", "") == RUN.image.replace("slim-", "")
    assert RUN.one("COPY").text == "--from=build /opt/fanzha /opt/fanzha"


def test_it_runs_as_a_user_who_is_not_root_and_owns_what_is_kept() -> None:
    user = RUN.one("USER").text
    assert int(user) > 0
    assert f"--uid {user} " in RUN.one("RUN").text
    assert "--mode 0700 /srv/fanzha/var" in RUN.one("RUN").text
    assert RUN.one("VOLUME").text == f"{RUN.one('WORKDIR').text}/var"
    # So the defaults of the settings lie in what is kept.
    settings = Settings.from_environment({})
    assert settings.secret_key_file.parent == Path("var")
    assert settings.database_url == "sqlite:///var/fanzha.db"


def test_what_is_sent_to_the_builder_is_what_the_wheel_needs() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert "*" in lines
    top = {named(path).split("/")[0] for path in FILES}
    assert allowed <= top
    assert not allowed & {"tests", "docs", "benchmarks", ".git", "var"}


def test_the_command_is_that_of_the_procfile() -> None:
    procfile = (REPOSITORY / "Procfile").read_text()
    web = next(line for line in procfile.splitlines() if line.startswith("web: "))
    assert RUN.one("CMD").words == ["python", "-m", *shlex.split(web.removeprefix("web: "))]


@dataclass
class Image:
    """What the steps of the Dockerfile left, under a folder in the place of `/`."""

    root: Path
    environment: dict[str, str]

    def run(self, words: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.python), *words[1:]],
            cwd=self.root / "srv/fanzha",
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=120,
        )

    @property
    def python(self) -> Path:
        return self.root / "opt/fanzha/bin/python"


def _under(root: Path, command: str) -> list[str]:
    """Return a step's command with its folders under `root`, and without dependencies.

    Those are borrowed from the environment of the tests when the service runs.
    """
    words = shlex.split(command)
    words = [f"{root}{word}" if word.startswith("/") else word for word in words]
    if words[0] == "python":
        words[0] = sys.executable
    at = words.index("pip") + 2 if "pip" in words else 0
    if at:
        words[at:at] = ["--no-deps"]
    return words


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    root = tmp_path_factory.mktemp("image")
    source = root / BUILD.one("WORKDIR").text.lstrip("/")
    allowed = (REPOSITORY / ".dockerignore").read_text().splitlines()
    kept = tuple(line.removeprefix("!") for line in allowed if line.startswith("!"))
    for path in FILES:
        if named(path).split("/")[0] in kept:
            (source / named(path)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, source / named(path))
    for step in BUILD.each("RUN"):
        done = subprocess.run(_under(root, step.text), cwd=source, capture_output=True, text=True)
        assert done.returncode == 0, f"{step.text}\n{done.stdout}{done.stderr}"
    (root / "srv/fanzha/var").mkdir(parents=True, mode=0o700)
    environment = {
        "PATH": f"{root}/opt/fanzha/bin:{os.environ['PATH']}",
        "PYTHONPATH": sysconfig.get_paths()["purelib"],
        "PORT": str(free_port()),
    }
    return Image(root, environment)


@pytest.fixture
def running(image: Image) -> Iterator[subprocess.Popen[bytes]]:
    upgraded = image.run(["python", "-m", "fanzha", "db", "upgrade"])
    assert upgraded.returncode == 0, upgraded.stderr
    process = subprocess.Popen(
        [str(image.python), *RUN.one("CMD").words[1:]],
        cwd=image.root / "srv/fanzha",
        env=image.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.terminate()
    process.wait(60)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_its_steps_make_a_service_that_is_healthy(
    image: Image, running: subprocess.Popen[bytes]
) -> None:
    check = RUN.one("HEALTHCHECK").words
    end = time.monotonic() + 90
    while image.run(check).returncode != 0:
        assert running.poll() is None
        assert time.monotonic() < end, "it did not become healthy"
        time.sleep(0.5)
    with urllib.request.urlopen(f"http://127.0.0.1:{image.environment['PORT']}/readyz") as answer:
        assert json.load(answer)["status"] == "ready"
    where = image.run(["python", "-c", "import fanzha; print(fanzha.__file__)"]).stdout
    assert Path(where.strip()).is_relative_to(image.root)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_its_health_check_fails_where_nothing_runs(image: Image) -> None:
    assert image.run(RUN.one("HEALTHCHECK").words, PORT=str(free_port())).returncode != 0
