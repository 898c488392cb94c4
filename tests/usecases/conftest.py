"""The small law, opened once, and the way to have a check judged by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fanzha.usecases.rulebook import Rulebook
from tests.usecases.small_checks import application_of, small_rulebook

Json = dict[str, Any]
Evaluate = Callable[..., Json]


@pytest.fixture(scope="session")
def small_law() -> Iterator[Rulebook]:
    opened = small_rulebook()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def evaluate(small_law: Rulebook) -> Evaluate:
    application = application_of(small_law)

    def judged(body: Json, **options: Any) -> Json:
        return application.evaluate(body, record=False, **options).decision

    return judged
