"""The derivation of a status: each condition with its truth, down to facts and parameters."""

from __future__ import annotations

from typing import Any

from fanzha.model.expressions import (
    And,
    Expression,
    Not,
    Or,
    names_in,
    render,
)
from fanzha.model.kleene import evaluate
from fanzha.model.norms import Definition, Table
from fanzha.model.vocabulary import Fact
from fanzha.usecases.judged_duty import JudgedDuty
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.shown import shown_value

Json = dict[str, Any]


def explain_duty(duty: JudgedDuty, judgement: Judgement, rulebook: Rulebook) -> Json:
    """Return how the status of an obligation follows, in conditions and facts."""
    obligation = duty.obligation
    if not obligation.binds & judgement.roles:
        return {
            "binds": sorted(obligation.binds),
            "roles": sorted(judgement.roles),
            "status": duty.status.value,
        }
    compiled = judgement.edition.duties[obligation.id]
    explainer = _Explainer(judgement, rulebook)
    return {
        "file": obligation.file,
        "applies": explainer.condition(obligation.applies, compiled.applies),
        "violated": explainer.condition(obligation.violated, compiled.violated),
        "facts": explainer.facts(sorted(obligation.facts)),
        "parameters": [_parameter(name, rulebook) for name in sorted(obligation.parameters)],
    }


class _Explainer:
    def __init__(self, judgement: Judgement, rulebook: Rulebook) -> None:
        self._judgement = judgement
        self._rulebook = rulebook
        self._known = judgement.known
        self._told: set[str] = set()

    def condition(self, written: Expression, compiled: Expression) -> Json:
        """Return a condition as written, its truth, and its parts."""
        node: Json = {
            "condition": render(written),
            "truth": evaluate(compiled, self._known),
        }
        match written, compiled:
            case ((And(parts) | Or(parts)), (And(inner) | Or(inner))):
                node["parts"] = [
                    self.condition(one, other) for one, other in zip(parts, inner, strict=True)
                ]
            case Not(part), Not(other):
                node["parts"] = [self.condition(part, other)]
        return node

    def facts(self, names: list[str]) -> list[Json]:
        """Return each fact with its value and where it comes from; each is told once."""
        return [self.fact(name) for name in names]

    def fact(self, name: str) -> Json:
        fact = self._rulebook.law.facts[name]
        node: Json = {"fact": name, "title": fact.title.as_json(), "from": self._origin(fact)}
        if name in self._known:
            node["value"] = shown_value(name, self._judgement, self._rulebook)
        if name in self._told:
            return node
        self._told.add(name)
        if definition := self._judgement.edition.definitions.get(name):
            node["definition"] = self._definition(definition)
        if fact.derivation is not None:
            node["derivation"] = {
                "function": fact.derivation.function,
                "inputs": self.facts(list(fact.derivation.inputs)),
            }
        return node

    def _origin(self, fact: Fact) -> str:
        check = self._judgement.check
        if fact.supplied:
            return "check"
        if fact.name in check.facts:
            return "stated"
        if fact.name in self._judgement.attested:
            return "profile"
        if fact.name in self._judgement.elements:
            return "definition"
        if fact.name in self._judgement.derived.values:
            return "computed"
        if fact.name in self._judgement.facts:
            return "assumed"
        return "missing"

    def _definition(self, definition: Definition) -> Json:
        elements = self._judgement.edition.elements
        node: Json = {
            "cites": list(definition.cites),
            "title": definition.title.as_json(),
            "file": definition.file,
        }
        if isinstance(definition.when, Table):
            node["by"] = list(definition.when.by)
        else:
            node["condition"] = render(definition.when)
        true_when = elements.true_when[definition.element]
        false_when = elements.false_when[definition.element]
        node["true"] = evaluate(true_when, self._known)
        node["false"] = evaluate(false_when, self._known)
        node["facts"] = self.facts(sorted(names_in(true_when) | names_in(false_when)))
        node["parameters"] = [
            _parameter(name, self._rulebook) for name in sorted(definition.parameters)
        ]
        return node


def _parameter(name: str, rulebook: Rulebook) -> Json:
    parameter = rulebook.law.parameters[name]
    return {
        "id": parameter.id,
        "title": parameter.title.as_json(),
        "value": parameter.value,
        "unit": parameter.unit,
        "grade": parameter.grade,
        "in_force": parameter.in_force.as_json(),
        "source": [
            {"instrument": each.instrument, "pinpoint": each.pinpoint} for each in parameter.sources
        ],
    }
