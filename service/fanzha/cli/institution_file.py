"""Reads a YAML list of institutions: id, name, roles, and what the registry knows of them."""

from __future__ import annotations

from pathlib import Path

from fanzha.errors import Location, RulesetError
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.yaml_reader import read_document

_KEYS = {"id", "name", "roles", "licensed_from", "supervisor"}


def read_institutions(path: Path) -> dict[str, Institution]:
    """Return the institutions of a file by id; raise RulesetError with the place of a mistake."""
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RulesetError(
            Text(zh=f"无法读取：{error.reason}", en=f"cannot be read: {error.reason}"),
            hint=Text(zh="请以 UTF-8 编码保存为文本文件", en="save it as a text file in UTF-8"),
            where=Location(file=str(path)),
            code="ruleset_unreadable",
        ) from error
    document = read_document(source, str(path))
    found: dict[str, Institution] = {}
    for each in Cursor(document, document.value).elements():
        institution = _institution(each)
        if institution.id in found:
            raise each.at("id").error(
                Text(zh=f"`{institution.id}` 重复", en=f"`{institution.id}` stands twice"),
                hint=Text(zh="请删去其一", en="take one of them out"),
                code="ruleset_name_clash",
            )
        found[institution.id] = institution
    return found


def _institution(cursor: Cursor) -> Institution:
    cursor.only(_KEYS)
    return Institution(
        id=cursor.at("id").string(),
        name=cursor.at("name").text(),
        roles=cursor.at("roles").strings(),
        licensed_from=cursor.at("licensed_from").day() if cursor.has("licensed_from") else None,
        supervisor=cursor.at("supervisor").string() if cursor.has("supervisor") else None,
    )
