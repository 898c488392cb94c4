"""Worked cases: read from beside the law, judged by the same path as a posted check.

A case names every obligation that is violated, undetermined or pending, and every liability;
any other one fails it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fanzha.engine import Status
from fanzha.errors import FanzhaError, RulesetError
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.rulesets.cursor import Cursor, suggest
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.yaml_reader import read_document
from fanzha.usecases.check_form import read_check
from fanzha.usecases.decision import decide
from fanzha.usecases.judge import judge
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]

INSTITUTION = "case"
_TO_NAME = {Status.VIOLATED, Status.UNDETERMINED, Status.PENDING, Status.ERROR}
_CASE_KEYS = {"id", "title", "why", "base", "check", "expect"}
_CHECK_KEYS = {
    "domain", "check_type", "stage", "roles", "occurred_at", "known_at", "facts",
    "circumstances", "scope", "contract",
}  # fmt: skip
_EXPECT_KEYS = {"outcome", "advice", "statuses", "liabilities", "exposure", "error"}


@dataclass(frozen=True)
class Case:
    """One worked case, its base laid under it."""

    id: str
    title: Text
    why: Text
    roles: tuple[str, ...]
    check: Json
    expect: Json
    place: str


def read_cases(folders: Iterable[RuleFolder]) -> list[Case]:
    """Read all `*.cases.yaml`; raise RulesetError with the place of the first mistake."""
    cursors: dict[str, Cursor] = {}
    for folder in folders:
        for path in sorted(folder.path.glob("*/*.cases.yaml")):
            for each in _cursor(folder, path).elements():
                each.only(_CASE_KEYS)
                id_ = each.at("id").string()
                if id_ in cursors:
                    raise each.at("id").error(
                        Text(zh=f"案例 `{id_}` 重复", en=f"case `{id_}` stands twice"),
                        hint=Text(zh="请改名", en="give one of them another id"),
                        code="ruleset_name_clash",
                    )
                cursors[id_] = each
    return [_case(each, cursors) for each in cursors.values()]


def _cursor(folder: RuleFolder, path: Path) -> Cursor:
    shown = f"{folder.name}/{path.relative_to(folder.path).as_posix()}"
    document = read_document(path.read_text(encoding="utf-8"), shown)
    return Cursor(document, document.value or [])


def _case(cursor: Cursor, cases: Mapping[str, Cursor]) -> Case:
    expect = cursor.at("expect")
    expect.only(_EXPECT_KEYS)
    if expect.has("liabilities"):
        expect.at("liabilities").only({"firm", "possible"})
    check = _check(cursor, cases, ())
    roles = tuple(check.pop("roles", ()))
    check.setdefault("known_at", check.get("occurred_at"))
    return Case(
        id=cursor.at("id").string(),
        title=cursor.at("title").text(),
        why=cursor.at("why").text(),
        roles=roles,
        check={**check, "institution": INSTITUTION},
        expect=expect.value,
        place=str(cursor.document.location(cursor.path)),
    )


def _check(cursor: Cursor, cases: Mapping[str, Cursor], seen: Sequence[str]) -> Json:
    own = cursor.at("check") if cursor.has("check") else None
    if own is not None:
        own.only(_CHECK_KEYS)
    base: Json = {}
    if cursor.has("base"):
        name = cursor.at("base").string()
        if name not in cases or name in seen:
            raise cursor.at("base").error(
                Text(zh=f"没有可用的基础案例 `{name}`", en=f"no case `{name}` to build on"),
                hint=suggest(name, cases),
                code="ruleset_word_unknown",
            )
        base = _check(cases[name], cases, (*seen, name))
    merged = {**base, **(own.value if own else {})}
    for key in ("facts", "circumstances"):
        laid = {**(base.get(key) or {}), **((own.value.get(key) if own else None) or {})}
        merged[key] = {name: _plain(value) for name, value in laid.items() if value is not None}
    # A base's time of knowledge belongs to its own time of the act.
    if own is not None and "occurred_at" in own.value and "known_at" not in own.value:
        merged.pop("known_at", None)
    return merged


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def failures_of(case: Case, rulebook: Rulebook) -> list[str]:
    """Judge a case and return what is otherwise than it expects, in sentences; empty: it holds."""
    try:
        decision = _decision(case, rulebook)
    except FanzhaError as error:
        if case.expect.get("error") == error.code:
            return []
        return [f"the check was refused: {error.code}: {error}"]
    if "error" in case.expect:
        return [f"error: expected {case.expect['error']}, but the check was accepted"]
    return list(_differences(case.expect, decision))


def _decision(case: Case, rulebook: Rulebook) -> Json:
    now = datetime.fromisoformat(case.check["known_at"])
    check = read_check(case.check, rulebook.law, rulebook.reader, now)
    for role in case.roles:
        if role not in rulebook.law.roles:
            raise RulesetError(
                Text(zh=f"未知角色 `{role}`", en=f"unknown role `{role}`"),
                hint=suggest(role, rulebook.law.roles),
                code="ruleset_word_unknown",
            )
    institution = Institution(INSTITUTION, case.title, case.roles)
    return decide(judge(check, institution, rulebook), rulebook, id_=case.id, now=now)


def _differences(expect: Json, decision: Json) -> Iterator[str]:
    for key in ("outcome", "advice"):
        if key in expect and expect[key] != decision.get(key):
            yield f"{key}: expected {expect[key]}, found {decision.get(key)}"
    yield from _statuses(expect.get("statuses") or {}, decision)
    yield from _liabilities(expect.get("liabilities") or {}, decision)
    for key, value in (expect.get("exposure") or {}).items():
        if decision["exposure"].get(key) != value:
            yield f"exposure.{key}: expected {value}, found {decision['exposure'].get(key)}"


def _statuses(expected: Mapping[str, str], decision: Json) -> Iterator[str]:
    found = {each["id"]: each for each in decision["obligations"]}
    for id_, status in expected.items():
        actual = found[id_]["status"] if id_ in found else "not in scope"
        if actual != status:
            yield f"{id_}: expected {status}, found {actual}{_because(found.get(id_))}"
    for id_, each in found.items():
        if id_ not in expected and each["status"] in _TO_NAME:
            yield f"{id_}: {each['status']}, which the case does not name{_because(each)}"


def _because(obligation: Json | None) -> str:
    if obligation is None:
        return ""
    needs = [[each["fact"] for each in need] for need in obligation.get("needs", ())]
    if needs:
        return f" (needs one of {needs})"
    return f" (facts {obligation.get('basis', {}).get('facts')})"


def _liabilities(expected: Mapping[str, list[str]], decision: Json) -> Iterator[str]:
    for word, firm in (("firm", True), ("possible", False)):
        wanted = sorted(expected.get(word) or ())
        found = sorted(each["id"] for each in decision["liabilities"] if each["firm"] is firm)
        if wanted != found:
            yield f"{word} liabilities: expected {wanted}, found {found}"
