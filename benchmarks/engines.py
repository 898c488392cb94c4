"""The same ten obligations in fanzha and in three other engines, in one run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import cedarpy
import rule_engine
import zen

from benchmarks.ten_obligations import APPLIES_AND_VIOLATED, FACTS, expected
from benchmarks.timing import compared
from fanzha.engine import Edition
from fanzha.model.interval import Interval
from fanzha.model.law import Law
from fanzha.model.norms import CheckType, Contract, Modality, Nature, Obligation, Stage
from fanzha.model.parsing import parse
from fanzha.model.text import Text
from fanzha.model.value_types import BOOLEAN
from fanzha.model.vocabulary import Fact, FactKind

_TEXT = Text(zh="测量", en="benchmark")
_ALWAYS = Interval(date(2000, 1, 1))
_CHECK_TYPE = "benchmark/ten"


def compare() -> list[tuple[str, float, float]]:
    """Return name, microseconds and ratio to fanzha of each engine; all must agree."""
    engines = {
        "fanzha (durable-rules)": _fanzha(),
        "rule-engine": _rule_engine(),
        "cedarpy": _cedar(),
        "zen-engine": _zen(),
    }
    for name, statuses in engines.items():
        assert statuses() == expected(), (name, statuses(), expected())
    times = compared([*engines.values()])
    return [(name, time, time / times[0]) for name, time in zip(engines, times, strict=True)]


def _status(applies: bool, violated: bool) -> str:
    if not applies:
        return "not_applicable"
    return "violated" if violated else "fulfilled"


def _fanzha() -> Callable[[], list[str]]:
    obligations = {
        f"t.{number}": Obligation(
            id=f"t.{number}", cites=(), implements=(), modality=Modality.OBLIGATION,
            nature=Nature.ACT, binds=frozenset(), check_types=frozenset({_CHECK_TYPE}),
            stages=frozenset(Stage), in_force=_ALWAYS, grade="A", contract=1, title=_TEXT,
            duty=_TEXT, applies=parse(applies), violated=parse(violated), due=None, remedy=_TEXT,
            firm=(), possible=(), instrument="t", file="t.yaml",
        )
        for number, (applies, violated) in enumerate(APPLIES_AND_VIOLATED)
    }  # fmt: skip
    contract = Contract(1, date(2000, 1, 1), (), _TEXT)
    check_type = CheckType("benchmark", "ten", _TEXT, _TEXT, frozenset(), (contract,))
    # Only the kind of a fact matters here, so one type does for all of them.
    facts = {name: Fact(name, BOOLEAN, FactKind.EVENT, _TEXT) for name in FACTS}
    law = Law(
        facts=facts, parameters={}, roles={}, measures={}, instruments={},
        obligations=obligations, definitions=(), liabilities={},
        check_types={_CHECK_TYPE: check_type}, domains={}, bundles=(),
    )  # fmt: skip
    edition = Edition(law, _CHECK_TYPE, _ALWAYS)
    return lambda: [*edition.judge(FACTS).statuses.values()]


def _rule_engine() -> Callable[[], list[str]]:
    rules = [
        (rule_engine.Rule(applies), rule_engine.Rule(violated))
        for applies, violated in APPLIES_AND_VIOLATED
    ]
    return lambda: [
        _status(applies.matches(FACTS), violated.matches(FACTS)) for applies, violated in rules
    ]


def _cedar() -> Callable[[], list[str]]:
    text = "\n".join(
        f'@id("{number}{sign}") permit(principal, action, resource) '
        f"when {{ {_in_cedar(condition)} }};"
        for number, pair in enumerate(APPLIES_AND_VIOLATED)
        for sign, condition in zip("av", pair, strict=True)
    )
    policies = cedarpy.PolicySet.from_str(text)
    entities = cedarpy.Entities.from_json_str("[]")
    request = {
        "principal": 'User::"x"', "action": 'Action::"judge"', "resource": 'Act::"y"',
        "context": FACTS,
    }  # fmt: skip

    def statuses() -> list[str]:
        answer = cedarpy.is_authorized(request, policies, entities)
        true = {int(reason.removeprefix("policy")) for reason in answer.diagnostics.reasons}
        return [
            _status(2 * number in true, 2 * number + 1 in true)
            for number in range(len(APPLIES_AND_VIOLATED))
        ]

    return statuses


def _in_cedar(condition: str) -> str:
    words = []
    for word in condition.replace("channel in ['atm', 'online']", "channel_is_remote").split():
        if word == "channel_is_remote":
            words.append('["atm", "online"].contains(context.channel)')
        elif word in FACTS:
            words.append(f"context.{word}")
        else:
            words.append({"and": "&&", "or": "||", "not": "!"}.get(word, word.replace("'", '"')))
    return " ".join(words)


def _zen() -> Callable[[], list[str]]:
    outputs = [
        {"id": f"{number}{sign}", "key": f"{sign}{number}", "value": condition}
        for number, pair in enumerate(APPLIES_AND_VIOLATED)
        for sign, condition in zip("av", pair, strict=True)
    ]
    content = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {
                "id": "rules", "type": "expressionNode", "name": "rules",
                "position": {"x": 1, "y": 0}, "content": {"expressions": outputs},
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
            {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
        ],
    }  # fmt: skip
    decision = zen.ZenEngine().create_decision(json.dumps(content))

    def statuses() -> list[str]:
        result = decision.evaluate(FACTS)["result"]
        return [
            _status(result[f"a{number}"], result[f"v{number}"])
            for number in range(len(APPLIES_AND_VIOLATED))
        ]

    return statuses
