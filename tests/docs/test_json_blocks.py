"""What the pages show as JSON is JSON; checks are judged, and answers are as the page says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fanzha.errors import FanzhaError, Problems
from tests.docs.conftest import Evaluate
from tests.docs.excerpts import differences
from tests.docs.pages import PAGES, SHELL, Block, blocks, commands_in

Json = dict[str, Any]

BLOCKS = [block for page in PAGES for block in blocks(page) if block.language == "json"]


def _is_check(value: Any) -> bool:
    return isinstance(value, dict) and {"check_type", "facts"} <= value.keys()


def _is_answer(value: Any) -> bool:
    """Parts of a decision, or of a refusal: each page shows them below their check."""
    return isinstance(value, dict) and bool(
        {"outcome", "advice", "obligations", "liabilities", "exposure", "errors"} & value.keys()
    )


def _with_answers() -> Iterator[tuple[Block, Json, list[tuple[Block, Json]]]]:
    """Yield each check of a page, shown or posted from a file, with the answers below it."""
    for page in PAGES:
        found: list[tuple[Block, Json, list[tuple[Block, Json]]]] = []
        for block, value in _values(page):
            if _is_check(value):
                found.append((block, value, []))
            elif _is_answer(value):
                assert found, f"{block.place}: an answer without a check above it"
                found[-1][2].append((block, value))
        yield from found


def _values(page: Path) -> Iterator[tuple[Block, Any]]:
    for block in blocks(page):
        if block.language == "json":
            yield block, json.loads(block.text)
        elif block.language in SHELL:
            for command in commands_in(block):
                if command.posted:
                    yield block, json.loads(command.posted.read_text("utf-8"))


def _answer_of(check: Json, evaluate: Evaluate) -> Json:
    try:
        return evaluate(check)
    except FanzhaError as error:
        errors = error.errors if isinstance(error, Problems) else (error,)
        return {"errors": [each.as_json() for each in errors]}


CHECKS = list(_with_answers())


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_json_can_be_read(block: Block) -> None:
    json.loads(block.text)


def test_there_are_checks_to_judge() -> None:
    assert len(CHECKS) > 3


@pytest.mark.parametrize(
    ("block", "check", "answers"), [pytest.param(*each, id=each[0].place) for each in CHECKS]
)
def test_a_check_is_answered_as_the_page_says(
    block: Block, check: Json, answers: list[tuple[Block, Json]], evaluate: Evaluate
) -> None:
    whole = _answer_of(check, evaluate)
    refused = any("errors" in answer for _, answer in answers)
    assert ("errors" in whole) is refused, f"{block.place}: {whole}"
    for answer_block, answer in answers:
        assert list(differences(answer, whole)) == [], answer_block.place
