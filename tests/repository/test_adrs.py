"""Decisions have one page each, of one form, and the index lists them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.repository.files import REPOSITORY

FOLDER = REPOSITORY / "docs" / "adr"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
HEADINGS = ["Context", "Decision", "Alternatives", "Consequences"]
ONE_PAGE_LINES = 75


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_fits_its_page_and_form(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert len(text.splitlines()) <= ONE_PAGE_LINES
    title, _, summary = text.splitlines()[:3]
    assert title.startswith(f"# {int(page.name[:4])}. ")
    assert re.match(r"中文摘要：.*[\u4e00-\u9fff]", summary)


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


def test_the_index_lists_every_decision() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")
    assert re.findall(r"\((\d{4}-[\w-]+\.md)\)", index) == [page.name for page in PAGES]
