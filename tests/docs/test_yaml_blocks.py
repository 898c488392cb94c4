"""What the pages show as YAML is YAML, and what they show of a rule file stands in that file."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.docs.excerpts import differences
from tests.docs.pages import PAGES, REPOSITORY, Block, blocks

BLOCKS = [block for page in PAGES for block in blocks(page) if block.language == "yaml"]
QUOTED = [
    block
    for block in BLOCKS
    if (block.file or "").startswith(("rulesets/", "examples/")) and "NEW" not in (block.file or "")
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_yaml_can_be_read(block: Block) -> None:
    assert yaml.safe_load(block.text) is not None


def test_there_are_quotations_to_compare() -> None:
    assert len(QUOTED) > 3


@pytest.mark.parametrize("block", QUOTED, ids=lambda block: block.place)
def test_a_quoted_rule_stands_in_its_file(block: Block) -> None:
    assert block.file is not None
    file = yaml.safe_load((REPOSITORY / block.file).read_text("utf-8"))
    assert list(_differences(yaml.safe_load(block.text), file)) == []


def _differences(shown: Any, whole: Any) -> list[str]:
    # An id differs for each decision, but not for a rule: compared below the top.
    return list(differences(shown, whole, top=False))
