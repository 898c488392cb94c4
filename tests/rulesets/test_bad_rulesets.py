"""Every mistake that a rule file can hold is refused at its place, with a message that helps.

A folder of `bad/` is one mistake: `rules/` is laid over the sound rules of `base/`, and
`expected.yaml` lists place, code, message and hint of everything that loading both must report.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import fanzha
from fanzha.errors import FanzhaError, Problems
from fanzha.rulesets.bundle_file import BUNDLE_FILE, folder_of_operator
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.loader import load_law
from fanzha.usecases.derived_functions import BUILT_IN

HERE = Path(__file__).parent
PACKAGE = Path(fanzha.__file__).parent
BASE = RuleFolder("base", HERE / "base")
BAD = sorted(path for path in (HERE / "bad").iterdir() if path.is_dir())

EXPECTED: dict[str, list[dict[str, Any]]] = {
    folder.name: yaml.safe_load((folder / "expected.yaml").read_text("utf-8")) for folder in BAD
}
TOLD = [row for rows in EXPECTED.values() for row in rows]

SOURCES = [
    *sorted((PACKAGE / "rulesets").glob("*.py")),
    PACKAGE / "model" / "parsing.py",
    PACKAGE / "model" / "checking.py",
]

PROVED_ELSEWHERE = {
    "the file is larger than 4 MiB": "tests/rulesets/test_yaml_reader.py",
    "the folder has no bundle.yaml": "tests/rulesets/test_bundles.py",
    "plugin `one` has no domain, and its folder of rules no bundle.yaml": (
        "tests/rulesets/test_bundles.py"
    ),
    "prefix `one` differs from `two`, that of plugin `two`": "tests/rulesets/test_bundles.py",
    "the prefix `one` is taken": "tests/rulesets/test_bundles.py",
}


def _errors(folder: Path) -> tuple[FanzhaError, ...]:
    with pytest.raises(Problems) as caught:
        load_law([BASE, _opened(folder / "rules")], functions=BUILT_IN)
    return caught.value.errors


def _opened(rules: Path) -> RuleFolder:
    """As an operator's folder where it says who it is, and as one of the service otherwise."""
    if not (rules / BUNDLE_FILE).is_file():
        return RuleFolder("rules", rules)
    try:
        return folder_of_operator(rules)
    except FanzhaError as error:
        raise Problems([error]) from error


def _told(error: FanzhaError) -> dict[str, Any]:
    return {
        "at": str(error.where),
        "code": error.code,
        "message": error.message.as_json(),
        "hint": error.hint.as_json() if error.hint else None,
    }


def test_the_rules_underneath_are_sound() -> None:
    law = load_law([BASE], functions=BUILT_IN)
    assert sorted(law.obligations) == ["sample.a1", "sample.a2"]
    assert len(law.definitions) == 1
    assert sorted(law.liabilities) == ["sample.l9"]
    assert sorted(law.check_types) == ["demonstration/opening"]


@pytest.mark.parametrize("folder", BAD, ids=lambda folder: folder.name)
def test_a_mistake_is_refused_with_place_code_message_and_hint(folder: Path) -> None:
    assert [_told(error) for error in _errors(folder)] == EXPECTED[folder.name]


@pytest.mark.parametrize("folder", BAD, ids=lambda folder: folder.name)
def test_the_place_exists_and_both_languages_say_something(folder: Path) -> None:
    for row in EXPECTED[folder.name]:
        file, *place = row["at"].split(":")
        lines = (folder / file).read_bytes().decode(errors="replace").split("\n")
        if place:
            line, column = map(int, place)
            assert 1 <= column <= len(lines[line - 1]) + 1, row["at"]
        for part in ("message", "hint"):
            assert re.search(r"[\u4e00-\u9fff]", row[part]["zh"]), row[part]
            assert re.search(r"[A-Za-z]", row[part]["en"]), row[part]
            assert not row[part]["en"].endswith("."), row[part]


# --- nothing that can be raised is left unproved ---


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def _pattern(node: ast.expr) -> str:
    """The English text of a `Text(…)` as a pattern; whatever is filled in matches anything."""
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    assert isinstance(node, ast.JoinedStr), ast.dump(node)
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*"
        for part in node.values
    )


def _messages(path: Path) -> Iterator[tuple[str, str]]:
    """Place and pattern of each message that an error is built with, in one source file."""
    for call in _calls(path):
        name = (
            call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        )
        if not name.lower().endswith("error"):
            continue
        for argument in call.args:
            if isinstance(argument, ast.Call) and getattr(argument.func, "id", "") == "Text":
                english = next(each.value for each in argument.keywords if each.arg == "en")
                yield f"{path.name}:{argument.lineno}", _pattern(english)
                break


MESSAGES = [each for path in SOURCES for each in _messages(path)]


def test_the_search_for_messages_finds_them() -> None:
    assert len(MESSAGES) > 50
    assert not [place for place, pattern in MESSAGES if set(pattern) <= set(".*")]


@pytest.mark.parametrize(("place", "pattern"), MESSAGES, ids=lambda value: value[:60])
def test_every_message_in_the_source_is_proved_by_a_bad_ruleset(place: str, pattern: str) -> None:
    told = [row["message"]["en"] for row in TOLD] + list(PROVED_ELSEWHERE)
    assert any(re.fullmatch(pattern, message) for message in told), f"{place}: {pattern}"


def _codes() -> set[str]:
    found = set()
    for path in (*SOURCES, PACKAGE / "errors.py"):
        for match in re.finditer(r'"((?:ruleset|expression)_[a-z_]+)"', path.read_text("utf-8")):
            found.add(match[1])
    # Built from the kind of name that is not known.
    found |= {"expression_fact_unknown", "expression_parameter_unknown"}
    # The class's own code; each place that raises it says a narrower one. And one that opening a
    # folder without a bundle.yaml raises: tests/rulesets/test_bundles.py.
    return found - {"expression_invalid", "ruleset_bundle_missing"}


def test_every_code_is_proved_by_a_bad_ruleset() -> None:
    assert {row["code"] for row in TOLD} == _codes()
