"""Reads a YAML list of institutions: id, name, roles, and what the registry knows of them."""

from __future__ import annotations

from pathlib import Path

from fanzha.model.institution import Institution
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.yaml_reader import read_document

_KEYS = {"id", "name", "roles", "licensed_from", "supervisor"}


def read_institutions(path: Path) -> dict[str, Institution]:
    """Return the institutions of a file by id; raise RulesetError with the place of a mistake."""
    document = read_document(path.read_text(encoding="utf-8"), str(path))
    found = (_institution(each) for each in Cursor(document, document.value).elements())
    return {each.id: each for each in found}


def _institution(cursor: Cursor) -> Institution:
    cursor.only(_KEYS)
    return Institution(
        id=cursor.at("id").string(),
        name=cursor.at("name").text(),
        roles=cursor.at("roles").strings(),
        licensed_from=cursor.at("licensed_from").day() if cursor.has("licensed_from") else None,
        supervisor=cursor.at("supervisor").string() if cursor.has("supervisor") else None,
    )
