"""From violations to liabilities: which clauses they reach, in which tier, at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanzha.engine import Reach, Status, TierState
from fanzha.model.expressions import Expression
from fanzha.model.sanctions import DayRange, Fine
from fanzha.model.value_types import Folded
from fanzha.usecases.exposure import NOTHING, Range, exposure, standing_tiers
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.open_tiers import needs_of_condition
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]


def sanction(judgement: Judgement, rulebook: Rulebook) -> tuple[list[Json], Json]:
    """Return the liabilities, firm ones first, and the exposure of the firm ones."""
    violations = [each for each in judgement.applicable if each.status is Status.VIOLATED]
    firm: dict[str, list[str]] = {}
    possible: dict[str, list[str]] = {}
    for each in violations:
        for liability in each.obligation.firm:
            firm.setdefault(liability, []).append(each.obligation.id)
        for liability in each.obligation.possible:
            possible.setdefault(liability, []).append(each.obligation.id)
    if not firm and not possible:
        return [], _exposure(NOTHING, NOTHING)
    circumstances = _circumstances(judgement, rulebook)
    edition = rulebook.editions.sanctions(judgement.day)
    reached = edition.judge((*firm, *possible), circumstances, judgement.roles)
    shown = [
        _Liability(each, edition.conditions[each.liability.id], circumstances, rulebook)
        for each in reached
    ]
    answers = [
        each.as_json(
            firm=each.reach.liability.id in firm,
            violations=firm.get(each.reach.liability.id) or possible[each.reach.liability.id],
        )
        for each in shown
        if each.stands
    ]
    answers.sort(key=lambda each: not each["firm"])
    sure = [(each, firm[each.liability.id]) for each in reached if each.liability.id in firm]
    return answers, _exposure(
        exposure(sure, circumstances), exposure(sure, circumstances, of_individual=True)
    )


def _circumstances(judgement: Judgement, rulebook: Rulebook) -> dict[str, Folded]:
    facts = rulebook.law.facts
    return {
        name: facts[name].type.fold(value) for name, value in judgement.check.circumstances.items()
    }


class _Liability:
    def __init__(
        self,
        reach: Reach,
        conditions: tuple[Expression, ...],
        circumstances: Mapping[str, Folded],
        rulebook: Rulebook,
    ) -> None:
        self.reach = reach
        self._standing = standing_tiers(reach)
        self._conditions = conditions
        self._circumstances = circumstances
        self._rulebook = rulebook

    @property
    def stands(self) -> bool:
        """Whether any tier is true or open: a clause none of whose tiers can come is no risk."""
        return bool(self._standing)

    def as_json(self, *, firm: bool, violations: list[str]) -> Json:
        liability = self.reach.liability
        answer: Json = {
            "id": liability.id,
            "cites": list(liability.cites),
            "type": liability.type.value,
            "subject": [each.value for each in liability.subjects],
            "firm": firm,
            "title": liability.title.as_json(),
            "authority": liability.authority.as_json(),
            "violations": violations,
            "tiers": [self._tier(position, state) for position, state in self._standing],
        }
        if liability.note:
            answer["note"] = liability.note.as_json()
        return answer

    def _tier(self, position: int, state: TierState) -> Json:
        measures = self._rulebook.law.measures
        tier = self.reach.liability.tiers[position]
        answer: Json = {"name": tier.name, "title": tier.title.as_json()}
        if state is TierState.OPEN:
            answer["when_open"] = self._when_open(position)
        if tier.fine is not None:
            answer["fine"] = _fine(tier.fine)
        if tier.detention_days is not None:
            answer["detention_days"] = _days(tier.detention_days)
        for key in ("measures", "optional_measures"):
            answer[key] = [
                {"measure": name, "title": measures[name].as_json()} for name in getattr(tier, key)
            ]
        return answer

    def _when_open(self, position: int) -> list[Any]:
        if not self._circumstances:
            return self._rulebook.ready.when_open[self.reach.liability.id][position]
        condition = self._conditions[position]
        return needs_of_condition(condition, self._circumstances, self._rulebook.law)


def _fine(fine: Fine) -> Json:
    if fine.multiple_of is not None:
        bounds: Json = {
            "multiple_of": fine.multiple_of,
            "minimum": fine.minimum,
            "maximum": fine.maximum,
        }
    else:
        bounds = {"min_fen": fine.minimum, "max_fen": fine.maximum}
    return {**bounds, "alternative": fine.optional}


def _days(days: DayRange) -> Json:
    return {"minimum": days.minimum, "maximum": days.maximum}


def _exposure(of_institution: Range, of_individual: Range) -> Json:
    return {**_range(of_institution), "individual": _range(of_individual)}


def _range(found: Range) -> Json:
    return {
        "min_fen": found.minimum_fen,
        "max_fen": found.maximum_fen,
        "unbounded": found.maximum_fen is None,
        "depends_on": sorted(found.depends_on),
    }
