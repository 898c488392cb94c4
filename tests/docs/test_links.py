"""Links inside the repository lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import PAGES, headings, links, named

LINKS = [
    pytest.param(page, target, id=f"{named(page)}->{target}")
    for page in PAGES
    for target in sorted(set(links(page)))
    if "://" not in target
]


def test_there_are_links_to_follow() -> None:
    assert len(LINKS) > 10


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_a_link_leads_to_a_file_and_a_heading(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    linked = (page.parent / path).resolve() if path else page
    assert linked.exists(), f"{target} does not exist"
    if anchor:
        assert anchor in headings(linked), f"{named(linked)} has {sorted(headings(linked))}"


def test_every_page_under_docs_can_be_reached_from_the_readme() -> None:
    root = next(page for page in PAGES if named(page) == "README.md")
    seen: set[Path] = set()
    pending = [root]
    while pending:
        page = pending.pop()
        if page in seen:
            continue
        seen.add(page)
        for target in links(page):
            linked = (page.parent / target.partition("#")[0]).resolve()
            if linked in PAGES:
                pending.append(linked)
    assert [named(page) for page in PAGES if page not in seen] == []
