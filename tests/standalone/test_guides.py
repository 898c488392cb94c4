"""The guides for newcomers hold, word for word, from an empty folder to a decision over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY, blocks
from tests.standalone.newcomer import Newcomer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DOCS = REPOSITORY / "docs"
FIRST_OBLIGATION = DOCS / "your-first-obligation.md"
FIRST_PLUGIN = DOCS / "your-first-plugin.md"
FINISHED = REPOSITORY / "examples" / "rules_without_code"


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    """Someone with an empty folder."""
    someone = Newcomer(tmp_path)
    yield someone
    someone.leave()


def test_the_first_obligation_ends_with_a_decision_over_http(newcomer: Newcomer) -> None:
    newcomer.read(FIRST_OBLIGATION)
    assert newcomer.answers == 1


def test_the_first_plugin_ends_with_a_decision_over_http(newcomer: Newcomer) -> None:
    newcomer.read(FIRST_PLUGIN)
    assert newcomer.answers == 1


def test_the_finished_rules_without_code_are_those_of_the_guide() -> None:
    written = {
        block.file: block.text.partition("\n")[2]
        for block in blocks(FIRST_OBLIGATION)
        if block.file is not None and block.file.endswith(".yaml")
    }
    kept = {
        path.relative_to(FINISHED).as_posix(): path.read_text("utf-8")
        for path in FINISHED.rglob("*.yaml")
    }
    assert written == kept
