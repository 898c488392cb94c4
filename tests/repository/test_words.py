"""No file speaks of where or how it was made: what it says holds for everyone who reads it."""

from __future__ import annotations

import re

import pytest

from tests.repository.files import FILES, named

_EVERYWHERE = {
    "the host of a package registry": (
        r"(pypi|pythonhosted|npmjs|crates)\.(org|io|com)|registry\.\w+\.\w+"
        r"|--(extra-)?index-url|--trusted-host"
    ),
    "a path of one machine": r"(?<![\w.:/*{}])/(work|root|home|Users)/",
    "a page of a tracker": r"/(issues|pull|merge_requests)/\d+",
    "a number in a tracker": r"\b(issue|ticket|bug|pull request|PR)s? ?#?\d+\b|(?<![\w&'\"])#\d+\b",
    "a change that someone else has to make": r"\b(FIXME|XXX|HACK)\b|\bTODO\b",
}
_IN_PAGES = {"a path of temporary files": r"(?<![\w.])/tmp/"}

# It has to say what it looks for, and where that may be proved.
_EXEMPT = {"tests/repository/test_words.py"}


def _lines(pattern: str, *, pages_only: bool = False) -> list[str]:
    expression = re.compile(pattern)
    found = []
    for path in FILES:
        if named(path) in _EXEMPT or (pages_only and path.suffix != ".md"):
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [
            f"{named(path)}:{number}: {line.strip()}"
            for number, line in enumerate(text.splitlines(), start=1)
            if expression.search(line)
        ]
    return found


@pytest.mark.parametrize("what", _EVERYWHERE)
def test_no_file_names(what: str) -> None:
    assert _lines(_EVERYWHERE[what]) == []


@pytest.mark.parametrize("what", _IN_PAGES)
def test_no_page_names(what: str) -> None:
    assert _lines(_IN_PAGES[what], pages_only=True) == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("the host of a package registry", "see https://pypi.org/project/fanzha"),
        ("a path of one machine", "written to /root/.cache"),
        ("a page of a tracker", "https://example.org/a/b/issues/12"),
        ("a number in a tracker", "fixes #12"),
        ("a number in a tracker", "as asked in issue 12"),
        ("a change that someone else has to make", "# TODO: mend this"),
    ],
)
def test_the_patterns_find_what_they_are_for(what: str, text: str) -> None:
    assert re.search(_EVERYWHERE[what], text)
