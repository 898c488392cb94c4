"""Obligations from outside the service are enabled only with cases that prove them.

Whether the cases hold is found by running them; here, only that they are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fanzha.errors import FanzhaError
from fanzha.model.law import Law
from fanzha.model.norms import Obligation
from fanzha.model.text import Text
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.places import Places
from fanzha.rulesets.yaml_reader import read_file


def statuses_to_prove(obligation: Obligation) -> tuple[str, ...]:
    """Return the statuses that cases must show of an obligation, each at least once."""
    return ("fulfilled", "violated", *(["pending"] if obligation.due is not None else []))


def proved(folder: RuleFolder) -> set[tuple[str, str]]:
    """Return which obligation has which status in some case of a folder."""
    files = sorted(folder.path.glob("*/*.cases.yaml"))
    return {each for path in files for each in _expected(path, folder)}


def _expected(path: Path, folder: RuleFolder) -> Iterator[tuple[str, str]]:
    shown = f"{folder.name}/{path.relative_to(folder.path).as_posix()}"
    document = read_file(path, shown)
    for case in Cursor(document, document.value or []).elements():
        expect = case.at("expect")
        if expect.has("statuses"):
            for id_, status in expect.at("statuses").entries():
                yield id_, status.string()


def unproved(law: Law, places: Places, folders: Sequence[RuleFolder]) -> Iterator[FanzhaError]:
    """Yield an error for each obligation from outside that lacks a case of a status."""
    for folder in folders:
        if folder.prefix is None:
            continue
        try:
            shown = proved(folder)
        except FanzhaError as error:
            yield error
            continue
        for each in law.obligations.values():
            place = places.at("obligation", each.id, "id")
            if place is None or not each.file.startswith(f"{folder.name}/"):
                continue
            lacking = [
                status for status in statuses_to_prove(each) if (each.id, status) not in shown
            ]
            if lacking:
                words = ", ".join(lacking)
                yield place.error(
                    Text(
                        zh=f"义务 `{each.id}` 没有结果为 {words} 的案例",
                        en=f"obligation `{each.id}` has no case of it being {words}",
                    ),
                    hint=Text(
                        zh="请在旁边的 .cases.yaml 的 statuses 中写出该义务",
                        en="name it under `statuses` of a case in the .cases.yaml beside it",
                    ),
                    code="ruleset_case_missing",
                )
