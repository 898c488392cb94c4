"""Worked cases: read from beside the law, judged by the same path as a posted check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fanzha.errors import RulesetError
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.rulesets.cursor import Cursor, suggest
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.yaml_reader import read_file
from fanzha.usecases.check_form import read_check
from fanzha.usecases.decision import decide
from fanzha.usecases.judge import judge
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]

INSTITUTION = "case"
SUFFIX = ".cases.yaml"
_MARKS_OF_RULES = ("bundle.yaml", "*/instrument.yaml")
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
    file: Path
    folder: str
    """The name of the folder of rules that it lies in; empty for a file that lies in none."""

    @property
    def instrument(self) -> str:
        """The key of the instrument whose rules it lies beside."""
        return self.file.parent.name

    @property
    def domain(self) -> str:
        """The domain whose rules it tests."""
        return str(self.check.get("domain", ""))

    @property
    def check_type(self) -> str:
        """`domain/check_type`."""
        return f"{self.domain}/{self.check.get('check_type', '')}"

    @property
    def statuses(self) -> Mapping[str, str]:
        """Obligation -> the status that is expected of it."""
        return self.expect.get("statuses") or {}


def folder_of_rules(folder: Path) -> Path | None:
    """Return the folder of rules that `folder` is, or is a part of; None for any other folder."""
    for each in (folder, folder.parent):
        if any(next(each.glob(mark), None) for mark in _MARKS_OF_RULES):
            return each
    return None


@dataclass(frozen=True, slots=True)
class _Found:
    cursor: Cursor
    file: Path
    folder: str


def read_cases(
    folders: Iterable[RuleFolder], files: Mapping[str, Path] | None = None
) -> list[Case]:
    """Read all `*.cases.yaml` of the folders, and these files, in the order of their places.

    `files` are named as their places are shown. A case can build on one of another file. Raises
    RulesetError with the place of the first mistake.
    """
    found: dict[str, _Found] = {}
    for folder in folders:
        for path in sorted(folder.path.glob(f"*/*{SUFFIX}")):
            shown = f"{folder.name}/{path.relative_to(folder.path).as_posix()}"
            _collect(path, shown, folder.name, found)
    for shown, path in (files or {}).items():
        _collect(path, shown, "", found)
    cursors = {id_: each.cursor for id_, each in found.items()}
    return [_case(each, cursors) for each in found.values()]


def _collect(path: Path, shown: str, folder: str, found: dict[str, _Found]) -> None:
    document = read_file(path, shown)
    for each in Cursor(document, document.value or []).elements():
        each.only(_CASE_KEYS)
        id_ = each.at("id").string()
        if id_ in found:
            raise each.at("id").error(
                Text(zh=f"案例 `{id_}` 重复", en=f"case `{id_}` stands twice"),
                hint=Text(zh="请改名", en="give one of them another id"),
                code="ruleset_name_clash",
            )
        found[id_] = _Found(each, path, folder)


def _case(found: _Found, cases: Mapping[str, Cursor]) -> Case:
    cursor = found.cursor
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
        file=found.file,
        folder=found.folder,
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


def judge_case(case: Case, rulebook: Rulebook) -> tuple[Judgement, Json]:
    """Judge a case as if it had been posted; return what was found, and the decision.

    Raises what a posted check is refused with.
    """
    now = datetime.fromisoformat(case.check["known_at"])
    check = read_check(
        # Plain judgments in a case are the case's own.
        case.check,
        rulebook.law,
        rulebook.reader,
        now,
        attributed_to=case.id,
    )
    for role in case.roles:
        if role not in rulebook.law.roles:
            raise RulesetError(
                Text(zh=f"未知角色 `{role}`", en=f"unknown role `{role}`"),
                hint=suggest(role, rulebook.law.roles),
                code="ruleset_word_unknown",
            )
    institution = Institution(INSTITUTION, case.title, case.roles)
    judgement = judge(check, institution, rulebook)
    return judgement, decide(judgement, rulebook, id_=case.id, now=now)
