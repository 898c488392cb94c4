"""What all tests share: the built-in law, opened once a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook, open_rulebook


@pytest.fixture(scope="session")
def rulebook() -> Iterator[Rulebook]:
    """The built-in plugins and rules."""
    opened = open_rulebook(Settings.from_environment({}))
    yield opened
    opened.close()
