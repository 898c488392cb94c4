"""docs/errors.md lists every code that can be raised, with the title and status of its class."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fanzha
from fanzha import errors
from fanzha.errors import FanzhaError

PACKAGE = Path(fanzha.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text("utf-8")
ROWS = {
    row[0].strip("`"): row[1:]
    for row in (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if line.startswith("| `")
    )
}


def _codes_of_classes(path: Path) -> Iterator[str]:
    for class_ in ast.walk(ast.parse(path.read_text("utf-8"))):
        for line in class_.body if isinstance(class_, ast.ClassDef) else ():
            if re.match(r"code(: ClassVar\[str\])? = '", ast.unparse(line)):
                yield ast.literal_eval(line.value)  # type: ignore[attr-defined]


def _codes() -> set[str]:
    found = {"expression_fact_unknown", "expression_parameter_unknown"}
    for path in PACKAGE.rglob("*.py"):
        found |= set(_codes_of_classes(path))
        found |= set(re.findall(r'"((?:ruleset|expression)_[a-z_]+)"', path.read_text("utf-8")))
    return found


def test_every_code_is_listed_and_no_other() -> None:
    assert ROWS.keys() == _codes()


def test_no_code_is_listed_twice() -> None:
    assert len(re.findall(r"^\| `", PAGE, re.MULTILINE)) == len(ROWS)


CLASSES = [
    each
    for each in vars(errors).values()
    # A class without a code of its own is only there for what it has in common.
    if isinstance(each, type) and issubclass(each, FanzhaError) and "code" in vars(each)
]


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: class_.__name__)
def test_a_row_has_the_title_and_status_of_its_class(class_: type[FanzhaError]) -> None:
    title, status = ROWS[class_.code][:2]
    assert title == f"{class_.title.zh} · {class_.title.en}"
    assert int(status) == class_.http_status


@pytest.mark.parametrize("code", ROWS)
def test_when_and_what_to_do_stand_in_both_languages(code: str) -> None:
    for cell in ROWS[code][-2:]:
        assert re.search(r"[\u4e00-\u9fff]", cell), cell
        assert re.search(r" · .*[a-z]", cell), cell
