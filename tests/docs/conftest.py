"""The service as the pages speak of it: the built-in law and the institutions of the examples."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from tests.docs.pages import REPOSITORY

Json = dict[str, Any]
Evaluate = Callable[[Json], Json]

NOW = datetime.fromisoformat("2026-06-01T09:00:00+08:00")
"""After every event that the pages and the examples tell, so that `done` lies in the past."""


@pytest.fixture(scope="session")
def evaluate(rulebook: Rulebook) -> Evaluate:
    """Judge a check as `fanzha check --institutions examples/institutions.yaml` does."""
    application = Application(
        Settings.from_environment({}),
        rulebook,
        institutions=read_institutions(REPOSITORY / "examples" / "institutions.yaml"),
        clock=lambda: NOW,
    )

    def judged(body: Json) -> Json:
        return application.evaluate(body, record=False).decision

    return judged
