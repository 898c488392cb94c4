"""Reads a check again from its record, without anything that has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from fanzha.model.attestation import Assessment, Attestation, Profile, profile_of
from fanzha.model.check import Check, Value
from fanzha.model.institution import Institution
from fanzha.model.norms import Stage
from fanzha.model.text import Text
from fanzha.records import DecisionRecord
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """What was judged, as far as it was kept: the check, who posted it, what was attested."""

    check: Check
    institution: Institution
    profile: Profile


def read_kept(record: DecisionRecord, known_at: datetime, rulebook: Rulebook) -> KeptCheck:
    """Return the check of a record as it would stand at `known_at`.

    Of a personal fact only a digest is kept, so it is missing here; what had been derived from it
    is taken from the record. Everything else is derived anew, for it can hang on `known_at`.
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
            facts=_typed({**derived, **facts}, rulebook, circumstances=False),
            circumstances=_typed(check["circumstances"], rulebook, circumstances=True),
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


def _typed(
    kept: Mapping[str, Any], rulebook: Rulebook, *, circumstances: bool
) -> Mapping[str, Value]:
    facts = rulebook.law.facts
    # What the vocabulary has lost since nothing reads any more.
    readable = {
        name: value for name, value in kept.items() if name in facts and not facts[name].personal
    }
    return rulebook.reader.read(readable, circumstances=circumstances)
