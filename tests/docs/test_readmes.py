"""The two READMEs say the same, each in its language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY, blocks, links

ENGLISH, CHINESE = REPOSITORY / "README.md", REPOSITORY / "README.zh-CN.md"
SCREEN_LINES = 75


def test_both_show_the_same_code() -> None:
    shown = [
        [(block.language, block.text) for block in blocks(page)] for page in (ENGLISH, CHINESE)
    ]
    assert shown[0] == shown[1]
    assert len(shown[0]) >= 4


def test_both_link_to_the_same_pages() -> None:
    other = {"README.md", "README.zh-CN.md"}
    assert set(links(ENGLISH)) - other == set(links(CHINESE)) - other


def test_each_links_to_the_other() -> None:
    assert "README.zh-CN.md" in set(links(ENGLISH))
    assert "README.md" in set(links(CHINESE))


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=lambda page: page.name)
def test_a_readme_is_not_longer_than_two_screens(page: Path) -> None:
    assert len(page.read_text("utf-8").splitlines()) <= 2 * SCREEN_LINES


def test_both_have_as_many_headings() -> None:
    counted = [
        [len(marks) for marks in re.findall(r"^(#+) ", page.read_text("utf-8"), re.MULTILINE)]
        for page in (ENGLISH, CHINESE)
    ]
    assert counted[0] == counted[1]
