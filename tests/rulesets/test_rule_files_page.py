"""docs/rule-files.md lists every key of every kind of file, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fanzha.rulesets.editor_schema import SCHEMAS

PAGE = (Path(__file__).parents[2] / "docs" / "rule-files.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
ROW = re.compile(r"^\| `([\w.]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def _keys(schema: Any, path: str = "") -> Iterator[tuple[str, bool]]:
    """The keys of a schema as paths, each with whether it is required; names of things left out."""
    if not isinstance(schema, dict):
        return
    for key, inner in schema.get("properties", {}).items():
        yield f"{path}{key}", key in schema.get("required", [])
        yield from _keys(inner, f"{path}{key}.")
    for inner in (
        schema.get("additionalProperties"),
        schema.get("items"),
        *schema.get("anyOf", []),
        *schema.get("oneOf", []),
    ):
        yield from _keys(inner, path)


def _expected(name: str) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for key, is_required in _keys(SCHEMAS[name][1]):
        if key.rpartition(".")[2] not in {"zh", "en"}:
            found.setdefault(key, is_required)
    return found


def test_every_kind_of_file_has_its_section() -> None:
    assert list(SECTIONS) == list(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_section_names_its_files_and_lists_their_keys(name: str) -> None:
    assert f"`{SCHEMAS[name][0]}`" in SECTIONS[name]
    listed = {key: required.startswith("是") for key, required, _ in ROW.findall(SECTIONS[name])}
    assert listed == _expected(name)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_meaning_stands_in_both_languages(name: str) -> None:
    for key, _, meaning in ROW.findall(SECTIONS[name]):
        zh, _, en = meaning.partition(" · ")
        assert re.search(r"[\u4e00-\u9fff]", zh), key
        assert re.search(r"[a-z]", en), key
