"""The facts of a check type as JSON Schema (2020-12), computed from what its rules read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fanzha.model.expressions import names_in
from fanzha.model.law import Law
from fanzha.model.norms import CheckType, Obligation
from fanzha.model.text import Text
from fanzha.model.value_types import MAXIMUM_TEXT, Kind
from fanzha.model.vocabulary import Fact, FactKind
from fanzha.usecases.assessed import AT, BASIS, BY, MAXIMUM_NAME, VALUE

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TYPES: Mapping[Kind, Json] = {
    Kind.BOOLEAN: {"type": ["boolean", "null"]},
    Kind.INTEGER: {"type": ["integer", "null"]},
    Kind.STRING: {"type": ["string", "null"], "maxLength": MAXIMUM_TEXT},
    Kind.ENUM: {"type": ["string", "null"]},
    Kind.DATE: {"type": ["string", "null"], "format": "date"},
    Kind.DATETIME: {"type": ["string", "null"], "format": "date-time"},
}


def facts_schema(
    law: Law, check_type: CheckType, obligations: Iterable[Obligation], day: date
) -> Json:
    """Return the schema of `facts` for an act on `day`; `required` is the newest contract's."""
    names = facts_read(law, check_type.key, obligations, day)
    facts = {name: law.facts[name] for name in sorted(names) if not law.facts[name].supplied}
    return _schema(
        facts,
        Text(zh=f"{check_type.title.zh}：事实", en=f"{check_type.title.en}: facts"),
        required=[name for name in check_type.contracts[-1].required if name in facts],
    )


def circumstances_schema(law: Law, obligations: Iterable[Obligation], day: date) -> Json:
    """Return the schema of `circumstances`: what the sanctions of these obligations hang on."""
    names: set[str] = set()
    for id_ in {id_ for each in obligations for id_ in (*each.firm, *each.possible)}:
        liability = law.liabilities[id_]
        if not liability.in_force.contains(day):
            continue
        for tier in liability.tiers:
            names |= names_in(tier.when)
            if tier.fine is not None and tier.fine.multiple_of is not None:
                names.add(tier.fine.multiple_of)
    facts = {name: law.facts[name] for name in sorted(names)}
    return _schema(facts, Text(zh="处罚情节", en="What only sanctions depend on"))


def facts_read(law: Law, check_type: str, obligations: Iterable[Obligation], day: date) -> set[str]:
    """Return all facts that obligations rest on, through definitions and derived facts."""
    found: set[str] = set()
    pending = [name for each in obligations for name in each.facts]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        if definition := law.definition_of(name, check_type, day):
            pending.extend(definition.facts)
        if derivation := law.facts[name].derivation:
            pending.extend(derivation.inputs)
    return found


def _schema(facts: Mapping[str, Fact], title: Text, *, required: Iterable[str] = ()) -> Json:
    # Open: a known fact that nothing reads on that day is accepted and listed as unused.
    return {
        "$schema": DIALECT,
        "type": "object",
        "title": f"{title.zh} / {title.en}",
        "x-title": title.as_json(),
        "properties": {name: _property(fact) for name, fact in facts.items()},
        "required": list(required),
    }


def _property(fact: Fact) -> Json:
    """Return what one value must be; null is the same as leaving it out."""
    shown: Json = {
        "title": f"{fact.title.zh} / {fact.title.en}",
        **_TYPES[fact.type.kind],
        "x-title": fact.title.as_json(),
        "x-kind": fact.kind.value,
    }
    if fact.help is not None:
        shown["description"] = f"{fact.help.zh} / {fact.help.en}"
        shown["x-help"] = fact.help.as_json()
    if fact.type.kind is Kind.INTEGER:
        shown["minimum"], shown["maximum"] = fact.type.minimum, fact.type.maximum
    if fact.type.unit is not None:
        shown["x-unit"] = fact.type.unit
    if fact.type.kind is Kind.ENUM:
        shown["enum"] = [*fact.type.values, None]
        shown["x-values"] = {word: text.as_json() for word, text in fact.value_titles.items()}
    if fact.personal:
        shown["x-personal"] = True
    if fact.not_before is not None:
        shown["x-not-before"] = fact.not_before
    if fact.derivation is not None:
        # The service computes it; a system that holds the result may state it all the same.
        shown["x-derived"] = {
            "function": fact.derivation.function,
            "inputs": list(fact.derivation.inputs),
        }
    if fact.judgment and fact.kind is not FactKind.CIRCUMSTANCE:
        return _assessed(shown)
    if fact.judgment:
        shown["x-judgment"] = True
    return shown


def _assessed(value: Json) -> Json:
    """Return the schema of a fact that a person must judge: its value with who judged it."""
    title, titles = value.pop("title"), value.pop("x-title")
    kind = value.pop("x-kind")
    help_: Json = {key: value.pop(key) for key in ("description", "x-help") if key in value}
    return {
        "title": title,
        "type": ["object", "null"],
        "x-title": titles,
        "x-kind": kind,
        **help_,
        "x-judgment": True,
        "properties": {
            VALUE: value,
            BY: _told("评估人或者部门", "Who judged it")
            | {"type": "string", "minLength": 1, "maxLength": MAXIMUM_NAME},
            AT: _told("评估的日期或者时间", "When: a day, or a time with its offset")
            | {
                "type": "string",
                "anyOf": [{"format": "date"}, {"format": "date-time"}],
            },
            BASIS: _told("理由", "What the judgment rests on")
            | {"type": ["string", "null"], "minLength": 1, "maxLength": MAXIMUM_TEXT},
        },
        "required": [VALUE, BY, AT],
        "additionalProperties": False,
    }


def _told(zh: str, en: str) -> Json:
    return {"title": f"{zh} / {en}", "x-title": {"zh": zh, "en": en}}
