"""Every example is judged as its file's name says, and every check type has the ones it needs."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fanzha.engine import Status
from fanzha.model.norms import Nature
from fanzha.model.vocabulary import FactKind
from fanzha.usecases.advice import ORDER
from fanzha.usecases.judgement import OUTCOMES
from fanzha.usecases.rulebook import Rulebook
from tests.docs.conftest import Evaluate
from tests.docs.pages import REPOSITORY

FOLDER = REPOSITORY / "examples"
AT_LEAST = 4
EXPECTED = {
    "done": {*(outcome for _, outcome in OUTCOMES), "not_applicable"} - {"error"},
    "proposed": set(ORDER),
}
CLEAN = {("done", "compliant"), ("proposed", "proceed")}


class Example(NamedTuple):
    """A check with what its path says of it."""

    path: Path
    check_type: str
    stage: str
    expected: str

    @property
    def body(self) -> dict[str, Any]:
        """The check."""
        return json.loads(self.path.read_text("utf-8"))  # type: ignore[no-any-return]


def _example(path: Path) -> Example:
    domain, check_type, name = path.relative_to(FOLDER).parts
    _, stage, expected, _ = name.split(".")
    return Example(path, f"{domain}/{check_type}", stage, expected)


EXAMPLES = [_example(path) for path in sorted(FOLDER.rglob("*.json"))]
CLEAN_EXAMPLES = [each for each in EXAMPLES if (each.stage, each.expected) in CLEAN]


def _id(example: Example) -> str:
    return example.path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("example", EXAMPLES, ids=_id)
def test_the_place_of_an_example_says_what_it_is(example: Example) -> None:
    body = example.body
    assert f"{body['domain']}/{body['check_type']}" == example.check_type
    assert body["stage"] == example.stage
    assert example.expected in EXPECTED[example.stage]


@pytest.mark.parametrize("example", EXAMPLES, ids=_id)
def test_an_example_is_judged_as_its_name_says(example: Example, evaluate: Evaluate) -> None:
    decision = evaluate(example.body)
    found = decision["outcome" if example.stage == "done" else "advice"]
    open_ones = {
        each["id"]: (each["status"], each.get("advice"), each.get("needs"))
        for each in decision["obligations"]
        if each["status"] not in {Status.FULFILLED, Status.NOT_APPLICABLE}
    }
    assert found == example.expected, open_ones
    assert decision["unused"] == []


@pytest.mark.parametrize("example", CLEAN_EXAMPLES, ids=_id)
def test_a_clean_event_is_settled_by_operational_facts_alone(
    example: Example, rulebook: Rulebook, evaluate: Evaluate
) -> None:
    facts = rulebook.law.facts
    stated = [facts[name] for name in example.body["facts"]]
    assert [fact.name for fact in stated if fact.kind is FactKind.ELEMENT or fact.judgment] == []
    decision = evaluate(example.body)
    assert decision["settled"]["of"] == decision["settled"]["in_scope"]
    assert decision["outcome"] in {"compliant", "not_applicable"}


def _is_about_acts(check_type: str, rulebook: Rulebook) -> bool:
    """An organisation's standing duties are attested; nothing about them is proposed."""
    return any(each.nature is Nature.ACT for each in rulebook.law.obligations_of(check_type))


def test_every_check_type_has_the_examples_that_it_needs(rulebook: Rulebook) -> None:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for each in EXAMPLES:
        found[each.check_type].append((each.stage, each.expected))
    assert sorted(found) == sorted(rulebook.law.check_types)
    lacking = {
        check_type: names
        for check_type, names in found.items()
        if len(names) < AT_LEAST
        or ("done", "compliant") not in names
        or (("proposed", "proceed") not in names and _is_about_acts(check_type, rulebook))
        or not any(expected in {"non_compliant", "refuse"} for _, expected in names)
        or not any(expected in {"undetermined", "pending", "hold"} for _, expected in names)
    }
    assert lacking == {}


def test_every_example_is_in_the_table_and_nothing_else() -> None:
    page = (FOLDER / "README.md").read_text("utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert listed == {_id(each) for each in EXAMPLES}
