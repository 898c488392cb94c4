"""Puts a judgement into the form of a decision: plain JSON values, both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import fanzha
from fanzha.engine import Status
from fanzha.usecases.advice import Advice, advise, overall
from fanzha.usecases.explain import explain_duty
from fanzha.usecases.judgement import JudgedDuty, Judgement, outcome_of
from fanzha.usecases.needs import needs_of
from fanzha.usecases.notes import notes_of
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.sanction import sanction
from fanzha.usecases.shown import shown_time, shown_value

Json = dict[str, Any]

ENGINE = "durable-rules 2.0.28"
LANGUAGE_VERSION = 1
"""Of the condition language: raised when a condition would mean something else than before."""

PROFILE = "profile"

_OPEN = {Status.UNDETERMINED, Status.PENDING, Status.ERROR}
_TO_DO = {Status.VIOLATED, Status.PENDING, Status.UNDETERMINED}


def decide(
    judgement: Judgement, rulebook: Rulebook, *, id_: str, now: datetime, explain: bool = False
) -> Json:
    """Return the decision; `explain` adds the derivation of each status."""
    advised = [advise(each, judgement, rulebook) for each in judgement.duties]
    liabilities, exposure = sanction(judgement, rulebook)
    check = judgement.check
    obligations = []
    for each, advice in zip(judgement.duties, advised, strict=True):
        answer = _obligation(each, advice, judgement, rulebook)
        if explain:
            answer["derivation"] = explain_duty(each, judgement, rulebook)
        obligations.append(answer)
    decision: Json = {
        "id": id_,
        "outcome": outcome_of(judgement.duties),
        "check": {
            "domain": check.domain,
            "check_type": check.check_type,
            "stage": check.stage.value,
            "institution": check.institution,
            "occurred_at": shown_time(check.occurred_at),
            "known_at": shown_time(check.known_at),
            "contract": check.contract,
            "bearer": sorted(rulebook.law.check_types[check.key].bearer),
        },
        "settled": {
            "of": sum(each.status not in _OPEN for each in judgement.duties),
            "in_scope": len(judgement.duties),
        },
        "obligations": obligations,
        "liabilities": liabilities,
        "exposure": exposure,
        "law": {
            "as_of": judgement.day.isoformat(),
            "bundles": rulebook.bundles,
            "not_in_force": _not_in_force(judgement, rulebook),
        },
        "assessed": _assessed(judgement, rulebook),
        "from_profile": _from_profile(judgement),
        "notes": notes_of(judgement),
        "missing_required": _missing_required(judgement, rulebook),
        "unused": sorted(check.facts.keys() - judgement.edition.sources),
        "versions": _versions(rulebook),
        "recorded_at": shown_time(now),
    }
    word = overall(advised)
    if word is not None:
        decision["advice"] = word
    if check.reference is not None:
        decision["reference"] = check.reference
    if check.supersedes is not None:
        decision["supersedes"] = check.supersedes
    return decision


def _obligation(
    duty: JudgedDuty, advice: Advice | None, judgement: Judgement, rulebook: Rulebook
) -> Json:
    obligation = duty.obligation
    answer: Json = {**rulebook.obligations[obligation.id], "status": duty.status.value}
    if advice is not None:
        answer["advice"] = advice.word
        if advice.measures:
            answer["measures"] = [
                {"fact": name, "title": rulebook.law.facts[name].title.as_json()}
                for name in advice.measures
            ]
    if duty.status is Status.NOT_APPLICABLE:
        return answer
    if duty.status is Status.UNDETERMINED:
        answer["needs"] = needs_of(duty, judgement, rulebook)
    if duty.status in _TO_DO:
        answer["remedy"] = obligation.remedy.as_json()
    if duty.due is not None:
        answer["due"] = shown_time(duty.due)
    if duty.note is not None:
        answer["note"] = duty.note.as_json()
    answer["basis"] = {
        "facts": _basis(duty, judgement, rulebook),
        "parameters": rulebook.numbers[obligation.id],
    }
    attested = judgement.attested.keys() & judgement.edition.duties[obligation.id].sources
    if attested:
        answer["basis"]["from"] = dict.fromkeys(sorted(attested), PROFILE)
    return answer


def _basis(duty: JudgedDuty, judgement: Judgement, rulebook: Rulebook) -> Json:
    """Return the facts that the obligation names, as far as they are known."""
    return {
        name: shown_value(name, judgement, rulebook)
        for name in judgement.edition.duties[duty.obligation.id].names
        if name in judgement.elements or name in judgement.facts
    }


def _assessed(judgement: Judgement, rulebook: Rulebook) -> list[Json]:
    """Tell who said the facts that came with an assessor."""
    return [
        {"fact": name, "value": shown_value(name, judgement, rulebook), **assessment.as_json()}
        for name, assessment in sorted(judgement.check.assessments.items())
    ]


def _from_profile(judgement: Judgement) -> list[Json]:
    """Tell which facts were taken over from the profile, and who attested them."""
    return [
        {
            "fact": name,
            "assessor": each.assessor,
            "assessed_at": each.assessed_at.isoformat(),
            "valid_until": each.valid_until.isoformat(),
        }
        for name, each in sorted(judgement.attested.items())
    ]


def _not_in_force(judgement: Judgement, rulebook: Rulebook) -> list[Json]:
    """Name the instruments of this check type none of whose obligations bind on that day."""
    law = rulebook.law
    return [
        {
            "instrument": key,
            "title": law.instruments[key].title.as_json(),
            "in_force": law.instruments[key].in_force.as_json(),
        }
        for key in judgement.edition.silent
    ]


def _missing_required(judgement: Judgement, rulebook: Rulebook) -> list[str]:
    check = judgement.check
    contract = rulebook.law.check_types[check.key].contract(check.contract)
    required = contract.required if contract else ()
    known = judgement.known
    return [name for name in required if name not in known]


def _versions(rulebook: Rulebook) -> Json:
    return {
        "service": fanzha.__version__,
        "engine": ENGINE,
        "language": LANGUAGE_VERSION,
        "plugins": {each.name: each.version for each in rulebook.plugins.identities},
    }
