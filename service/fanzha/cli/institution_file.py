"""Reads YAML of institutions: a list of who they are, and a profile of what was attested of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.model.vocabulary import Role
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.yaml_reader import read_file
from fanzha.usecases.registry_entry import wrong_roles

_KEYS = {"id", "name", "roles", "licensed_from", "licensed_until", "supervisor"}
_WHO = ("assessor", "evidence")
_WHEN = ("assessed_at", "valid_until")
_GROUP_KEYS = {*_WHO, *_WHEN, "basis", "facts"}


def read_institutions(
    path: Path, roles: Mapping[str, Role] | None = None
) -> dict[str, Institution]:
    """Return the institutions of a file by id; raise RulesetError with the place of a mistake.

    With `roles`, the law's own, a role that cannot be registered is such a mistake.
    """
    found: dict[str, Institution] = {}
    for each in _read(path).elements():
        institution = _institution(each)
        if institution.id in found:
            raise each.at("id").error(
                Text(zh=f"`{institution.id}` 重复", en=f"`{institution.id}` stands twice"),
                hint=Text(zh="请删去其一", en="take one of them out"),
                code="ruleset_name_clash",
            )
        if roles is not None:
            for error in wrong_roles(institution.roles, roles):
                raise each.at("roles").error(error.message, hint=error.hint, code=error.code)
        found[institution.id] = institution
    return found


def read_profile(path: Path) -> dict[str, Any]:
    """Return the attestations of a file in the form in which they are posted.

    The file is a list of groups: who assessed, when, with what evidence, until when it counts,
    and under `facts` what was found. Raises RulesetError with the place of a mistake.
    """
    return {
        "attestations": [
            attestation for group in _read(path).elements() for attestation in _attestations(group)
        ]
    }


def _read(path: Path) -> Cursor:
    document = read_file(path, str(path))
    return Cursor(document, document.value)


def _institution(cursor: Cursor) -> Institution:
    cursor.only(_KEYS)
    return Institution(
        id=cursor.at("id").string(),
        name=cursor.at("name").text(),
        roles=cursor.at("roles").strings(),
        licensed_from=cursor.at("licensed_from").day() if cursor.has("licensed_from") else None,
        licensed_until=cursor.at("licensed_until").day() if cursor.has("licensed_until") else None,
        supervisor=cursor.at("supervisor").string() if cursor.has("supervisor") else None,
    )


def _attestations(group: Cursor) -> Iterator[dict[str, Any]]:
    group.only(_GROUP_KEYS)
    shared = {key: group.at(key).string() for key in _WHO}
    shared |= {key: group.at(key).day().isoformat() for key in _WHEN}
    if group.has("basis"):
        shared["basis"] = group.at("basis").string()
    for name, fact in group.at("facts").entries():
        value = fact.value
        yield {
            "fact": name,
            "value": value.isoformat() if hasattr(value, "isoformat") else value,
            **shared,
        }
