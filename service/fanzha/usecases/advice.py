"""What to do about a proposed act, obligation by obligation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from fanzha.engine import Status
from fanzha.model.expressions import And, Expression, names_in
from fanzha.model.kleene import evaluate
from fanzha.model.norms import Stage
from fanzha.model.settling import Elements, smallest
from fanzha.model.value_types import Folded
from fanzha.usecases.judged_duty import HOLD, PROCEED, Advice, JudgedDuty
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.needs import Ways
from fanzha.usecases.rulebook import Rulebook

ORDER = ("proceed", "proceed_with", "hold", "refuse")
"""Mildest first; the gravest of any obligation is that of the whole."""


def advise(
    duty: JudgedDuty, ways: Ways | None, judgement: Judgement, rulebook: Rulebook
) -> Advice | None:
    """Return the advice on one obligation; None where the act is already done.

    `ways` are those in which it can be settled, where it is undetermined.
    """
    if judgement.check.stage is not Stage.PROPOSED:
        return None
    if ways is not None:
        return _for_undetermined(ways, judgement, rulebook)
    match duty.status:
        case Status.FULFILLED | Status.NOT_APPLICABLE:
            return PROCEED
        case Status.ERROR:
            return HOLD
    return _for_breach(duty, judgement, rulebook)


def overall(words: Iterable[str]) -> str:
    """Return the gravest of the words, of which there is one at least."""
    return max(set(words), key=ORDER.index)


def _for_undetermined(ways: Ways, judgement: Judgement, rulebook: Rulebook) -> Advice:
    """Measures alone would settle it for the better: proceed with them. Otherwise hold."""
    elements = judgement.edition.elements
    for each in smallest(ways.not_applicable, ways.fulfilled):
        measures = each & rulebook.ready.measures
        if measures and (each - measures) <= elements.true_when.keys():
            return Advice("proceed_with", tuple(sorted(measures)))
    return HOLD


def _for_breach(duty: JudgedDuty, judgement: Judgement, rulebook: Rulebook) -> Advice:
    """A breach that other measures could undo: proceed with them. Otherwise refuse."""
    found, elements = judgement.edition.duties[duty.obligation.id], judgement.edition.elements
    measures = found.sources & rulebook.ready.measures & judgement.facts.keys()
    breach = And((found.applies, found.violated))
    rested_on = _elements_below(breach, elements)

    def stays_without(dropped: Set[str]) -> bool:
        return evaluate(breach, _known_without(dropped, rested_on, judgement, rulebook)) is True

    if not measures or stays_without(measures):
        return Advice("refuse")
    # Those that undo it alone, if there are any: the others may be as they should already.
    named = [name for name in sorted(measures) if not stays_without({name})] or sorted(measures)
    return Advice("proceed_with", tuple(named))


def _known_without(
    dropped: Set[str],
    rested_on: Mapping[str, frozenset[str]],
    judgement: Judgement,
    rulebook: Rulebook,
) -> dict[str, Folded]:
    """Return what is known without some facts, and without all that was computed from those.

    Elements that rest on what is gone are worked out anew by the reference evaluator; the others
    stay as the engine found them.
    """
    changed = set(dropped)
    for name in judgement.edition.derived:
        if name in judgement.derived.values and not changed.isdisjoint(rulebook.inputs_of(name)):
            changed.add(name)
    stated = {name: value for name, value in judgement.facts.items() if name not in changed}
    known = {**judgement.elements, **stated}
    elements = judgement.edition.elements
    for name, read in rested_on.items():
        if name in stated or changed.isdisjoint(read):
            continue
        changed.add(name)
        known.pop(name, None)
        if evaluate(elements.true_when[name], known):
            known[name] = True
        elif evaluate(elements.false_when[name], known):
            known[name] = False
    return known


def _elements_below(condition: Expression, elements: Elements) -> dict[str, frozenset[str]]:
    """Return the elements that a condition rests on, and the names that each of them reads.

    Each comes after those that it rests on itself.
    """
    found: dict[str, frozenset[str]] = {}
    pending: list[tuple[str, frozenset[str] | None]] = [
        (name, None) for name in names_in(condition)
    ]
    while pending:
        name, read = pending.pop()
        if name in found or name not in elements.true_when:
            continue
        if read is not None:
            found[name] = read
            continue
        read = names_in(elements.true_when[name]) | names_in(elements.false_when[name])
        pending += [(name, read), *((each, None) for each in read)]
    return found
