"""Reads a check again from its record, without anything that has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any

import orjson

from fanzha.model.attestation import Assessment, Attestation, Profile, profile_of
from fanzha.model.check import Check, Value
from fanzha.model.expressions import Literal
from fanzha.model.institution import Institution
from fanzha.model.norms import Stage
from fanzha.model.text import Text
from fanzha.model.value_types import Kind
from fanzha.records import DecisionRecord, PersonalDigests
from fanzha.usecases.derive import Withheld
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """What was judged, as far as it was kept: the check, who posted it, what was attested."""

    check: Check
    institution: Institution
    profile: Profile


def read_kept(
    record: DecisionRecord,
    known_at: datetime,
    rulebook: Rulebook,
    digests: PersonalDigests | None = None,
) -> KeptCheck:
    """Return the check of a record as it would stand at `known_at`.

    Of a personal fact only a digest is kept. With `digests` it is compared with what the rules
    compare the fact with; without, and where it is a number or a time, it is missing: no rule
    reads those. What had been derived from it is taken from the record. Everything else is
    derived anew, for it can hang on `known_at`.
    """
    check: Json = orjson.loads(record.check_json)
    context: Json = orjson.loads(record.context_json)
    facts = check["facts"]
    derived = {
        name: value
        for name, value in context.get("derived", {}).items()
        if _rests_on_personal(name, rulebook)
    }
    return KeptCheck(
        Check(
            domain=check["domain"],
            check_type=check["check_type"],
            stage=Stage(check["stage"]),
            institution=check["institution"],
            occurred_at=datetime.fromisoformat(check["occurred_at"]),
            known_at=known_at,
            facts={
                **_typed({**derived, **facts}, rulebook, circumstances=False),
                **_restored({**derived, **facts}, rulebook, digests),
            },
            circumstances={
                **_typed(check["circumstances"], rulebook, circumstances=True),
                **_restored(check["circumstances"], rulebook, digests),
            },
            contract=check["contract"],
            scope=tuple(check["scope"]),
            reference=check["reference"],
            assessments={
                name: Assessment.from_json(each)
                for name, each in check.get("assessments", {}).items()
            },
        ),
        _institution(check["institution"], context),
        profile_of(Attestation.from_json(each) for each in context.get("profile", ())),
    )


def _institution(id_: str, context: Json) -> Institution:
    licence = context.get("licence", {})
    return Institution(
        id=id_,
        # Nothing is judged by its name, and a record has none.
        name=Text(zh=id_, en=id_),
        roles=tuple(context["roles"]),
        licensed_from=_day(licence.get("from")),
        licensed_until=_day(licence.get("until")),
    )


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def _rests_on_personal(name: str, rulebook: Rulebook) -> bool:
    fact = rulebook.law.facts.get(name)
    if fact is None:
        return False
    return fact.personal or any(
        _rests_on_personal(each, rulebook) for each in rulebook.inputs_of(name)
    )


def _restored(
    kept: Mapping[str, Any], rulebook: Rulebook, digests: PersonalDigests | None
) -> dict[str, Value]:
    """Return stand-ins for personal facts that compare as the facts themselves did."""
    restored: dict[str, Value] = {}
    if digests is None:
        return restored
    for name, digest in kept.items():
        fact = rulebook.law.facts.get(name)
        if fact is None or not fact.personal or not isinstance(digest, str):
            continue
        candidates: Iterable[str | bool]
        match fact.type.kind:
            case Kind.BOOLEAN:
                candidates = (True, False)
            case Kind.ENUM:
                candidates = fact.type.values
            case Kind.STRING:
                candidates = _texts_of(rulebook)
            case _:
                continue
        found = [each for each in candidates if digests.matches(digest, name, each)]
        if found:
            restored[name] = found[0]
        elif fact.type.kind is Kind.STRING:
            restored[name] = Withheld(digest)
    return restored


def _texts_of(rulebook: Rulebook) -> frozenset[str]:
    """Return every text that a condition compares something with."""
    law = rulebook.law
    conditions = [
        *((each.applies, each.violated) for each in law.obligations.values()),
        *((each.when, each.false_when) for each in law.definitions),
        *(tier.when for each in law.liabilities.values() for tier in each.tiers),
    ]
    return frozenset(_texts_in(conditions))


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, Literal):
        if isinstance(value.value, str):
            yield value.value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts_in(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts_in(getattr(value, each.name))


def _typed(
    kept: Mapping[str, Any], rulebook: Rulebook, *, circumstances: bool
) -> Mapping[str, Value]:
    facts = rulebook.law.facts
    # What the vocabulary has lost since nothing reads any more.
    readable = {
        name: value for name, value in kept.items() if name in facts and not facts[name].personal
    }
    return rulebook.reader.read(readable, circumstances=circumstances, kept=True)
