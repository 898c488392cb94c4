"""The smallest sets of missing facts that settle a condition."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.model.expressions import And, Compare, Expression, Literal, Name, Not, Or, names_in
from fanzha.model.kleene import evaluate
from fanzha.model.parsing import parse
from fanzha.model.settling import Elements, settling_sets, smallest
from fanzha.model.value_types import Folded

NO_ELEMENTS = Elements({}, {}, frozenset())


def _no_inputs(_: str) -> tuple[str, ...]:
    return ()


def _sets(source: str, truth: bool = True, **known: Folded) -> list[list[str]]:
    found = settling_sets(parse(source), truth, known, NO_ELEMENTS, _no_inputs)
    return [sorted(each) for each in found]


@pytest.mark.parametrize(
    ("source", "truth", "expected"),
    [
        ("a", True, [["a"]]),
        ("not a", True, [["a"]]),
        ("a and b", True, [["a", "b"]]),
        ("a and b", False, [["a"], ["b"]]),
        ("a or b", True, [["a"], ["b"]]),
        ("a or b", False, [["a", "b"]]),
        ("a or b and c", True, [["a"], ["b", "c"]]),
        ("m + n > 3", True, [["m", "n"]]),
        ("m in [1, 2] or a", True, [["a"], ["m"]]),
        ("true", True, [[]]),
        ("true", False, []),
    ],
)
def test_nothing_known(source: str, truth: bool, expected: list[list[str]]) -> None:
    assert _sets(source, truth) == expected


def test_what_is_known_is_not_asked_for() -> None:
    assert _sets("a and b", a=True) == [["b"]]
    assert _sets("a or b and c", b=True) == [["a"], ["c"]]
    assert _sets("m + n > 3", m=1) == [["n"]]


def test_a_condition_that_is_so_already_needs_nothing() -> None:
    assert _sets("a or b", a=True) == [[]]


def test_a_condition_that_can_no_longer_become_so_has_no_set() -> None:
    assert _sets("a and b", a=False) == []
    assert _sets("a or b", False, a=True) == []


def test_a_derived_fact_is_asked_for_by_its_inputs() -> None:
    inputs = {"delay": ("ordered", "done"), "late": ("delay",)}
    found = settling_sets(
        parse("late and a"), True, {"ordered": 1}, NO_ELEMENTS, lambda name: inputs.get(name, ())
    )
    assert found == (frozenset({"done", "a"}),)


ELEMENTS = Elements(
    true_when={"diligent": parse("seen and checked"), "exempt": parse("foreign")},
    false_when={"diligent": parse("not seen or not checked"), "exempt": parse("not foreign")},
    stated=frozenset({"diligent"}),
)


def test_an_element_is_stated_or_follows_from_its_definition() -> None:
    found = settling_sets(parse("diligent"), True, {}, ELEMENTS, _no_inputs)
    assert found == (frozenset({"diligent"}), frozenset({"seen", "checked"}))


def test_the_opposite_of_an_element_follows_from_its_own_condition() -> None:
    found = settling_sets(parse("not diligent"), True, {}, ELEMENTS, _no_inputs)
    assert set(found) == {frozenset({"diligent"}), frozenset({"seen"}), frozenset({"checked"})}


def test_an_element_that_nobody_may_state_is_asked_for_by_its_facts() -> None:
    assert settling_sets(parse("exempt"), True, {}, ELEMENTS, _no_inputs) == (
        frozenset({"foreign"}),
    )


def test_a_stated_element_is_taken_as_stated() -> None:
    found = settling_sets(parse("diligent and a"), True, {"diligent": True}, ELEMENTS, _no_inputs)
    assert found == (frozenset({"a"}),)


def test_only_sets_without_a_smaller_one_inside_are_kept() -> None:
    a, ab, bc = frozenset("a"), frozenset("ab"), frozenset("bc")
    assert smallest((ab, bc), (a,)) == (a, bc)
    assert smallest((ab, bc, a), limit=1) == (a,)
    assert smallest((frozenset(), a)) == (frozenset(),)


NAMES = ("a", "b", "c", "d", "e")


def _trees(names: tuple[str, ...]) -> st.SearchStrategy[Expression]:
    """Conditions that read each fact once: their parts do not hang together."""
    if len(names) == 1:
        leaf: Expression = Name(names[0])
        return st.sampled_from([leaf, Not(leaf), Compare("==", leaf, Literal(True))])
    return st.integers(1, len(names) - 1).flatmap(
        lambda cut: st.builds(
            lambda node, left, right, negated: (
                Not(node((left, right))) if negated else node((left, right))
            ),
            st.sampled_from([And, Or]),
            _trees(names[:cut]),
            _trees(names[cut:]),
            st.booleans(),
        )
    )


def _worlds(names: frozenset[str]) -> Iterator[dict[str, Folded]]:
    ordered = sorted(names)
    for values in itertools.product((True, False), repeat=len(ordered)):
        yield dict(zip(ordered, values, strict=True))


def _settles(
    tree: Expression, truth: bool, known: dict[str, Folded], asked: frozenset[str]
) -> bool:
    return any(evaluate(tree, {**known, **world}) is truth for world in _worlds(asked))


@given(
    _trees(NAMES),
    st.booleans(),
    st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, st.booleans())),
)
def test_the_sets_are_exactly_the_smallest_that_can_settle(
    tree: Expression, truth: bool, known: dict[str, Folded]
) -> None:
    missing = names_in(tree) - known.keys()
    candidates = [
        frozenset(each)
        for size in range(len(missing) + 1)
        for each in itertools.combinations(sorted(missing), size)
        if _settles(tree, truth, known, frozenset(each))
    ]
    expected = {each for each in candidates if not any(other < each for other in candidates)}
    assert set(settling_sets(tree, truth, known, NO_ELEMENTS, _no_inputs)) == expected
