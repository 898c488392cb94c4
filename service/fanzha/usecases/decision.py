"""Puts a judgement into the form of a decision: plain JSON values, both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fanzha.engine import Status
from fanzha.model.norms import Stage
from fanzha.usecases.advice import advise, overall
from fanzha.usecases.explain import explain_duty
from fanzha.usecases.judged_duty import JudgedDuty
from fanzha.usecases.judgement import Judgement, outcome_of
from fanzha.usecases.needs import needs_of, ways_of
from fanzha.usecases.notes import notes_of
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.sanction import sanction
from fanzha.usecases.shown import shown_time, shown_value

Json = dict[str, Any]

PROFILE = "profile"

_OPEN = {Status.UNDETERMINED, Status.PENDING, Status.ERROR}
_TO_DO = {Status.VIOLATED, Status.PENDING, Status.UNDETERMINED}


def decide(
    judgement: Judgement, rulebook: Rulebook, *, id_: str, now: datetime, explain: bool = False
) -> Json:
    """Return the decision; `explain` adds the derivation of each status."""
    liabilities, exposure = sanction(judgement, rulebook)
    check = judgement.check
    obligations = _obligations(judgement, rulebook)
    if explain:
        obligations = [
            {**answer, "derivation": explain_duty(each, judgement, rulebook)}
            for each, answer in zip(judgement.duties, obligations, strict=True)
        ]
    in_scope = len(judgement.duties)
    decision: Json = {
        "id": id_,
        "outcome": outcome_of(judgement.applicable),
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
            "of": in_scope - sum(each.status in _OPEN for each in judgement.applicable),
            "in_scope": in_scope,
        },
        "obligations": obligations,
        "liabilities": liabilities,
        "exposure": exposure,
        "law": {
            "as_of": judgement.day.isoformat(),
            "bundles": rulebook.bundles,
            "not_in_force": [rulebook.ready.instruments[key] for key in judgement.edition.silent],
        },
        "assessed": _assessed(judgement, rulebook),
        "from_profile": _from_profile(judgement),
        "notes": notes_of(judgement),
        "missing_required": _missing_required(judgement, rulebook),
        "unused": sorted(check.facts.keys() - judgement.edition.sources),
        "versions": rulebook.ready.versions,
        "recorded_at": shown_time(now),
    }
    if check.stage is Stage.PROPOSED and obligations:
        decision["advice"] = overall(each["advice"] for each in obligations)
    if check.reference is not None:
        decision["reference"] = check.reference
    if check.supersedes is not None:
        decision["supersedes"] = check.supersedes
    return decision


def _obligations(judgement: Judgement, rulebook: Rulebook) -> list[Json]:
    """Return what there is to say of each duty; of those that do not apply it is ready."""
    spared = rulebook.ready.spared_answers[judgement.check.stage]
    shown = _ShownFacts(judgement, rulebook)
    not_applicable = Status.NOT_APPLICABLE
    return [
        spared[each.obligation.id]
        if each.status is not_applicable
        else _obligation(each, shown, judgement, rulebook)
        for each in judgement.duties
    ]


def _obligation(
    duty: JudgedDuty, shown: _ShownFacts, judgement: Judgement, rulebook: Rulebook
) -> Json:
    obligation = duty.obligation
    answer: Json = {**rulebook.ready.obligations[obligation.id], "status": duty.status.value}
    ways = ways_of(duty, judgement, rulebook) if duty.status is Status.UNDETERMINED else None
    advice = advise(duty, ways, judgement, rulebook)
    if advice is not None:
        answer["advice"] = advice.word
        if advice.measures:
            answer["measures"] = [
                {"fact": name, "title": rulebook.law.facts[name].title.as_json()}
                for name in advice.measures
            ]
    if duty.status in _TO_DO:
        if ways is not None:
            answer["needs"] = needs_of(duty, ways, judgement, rulebook)
        answer["remedy"] = obligation.remedy.as_json()
    if duty.due is not None:
        answer["due"] = shown_time(duty.due)
    if duty.note is not None:
        answer["note"] = duty.note.as_json()
    found, known = judgement.edition.duties[obligation.id], judgement.known
    answer["basis"] = {
        "facts": {name: shown[name] for name in found.names if name in known},
        "parameters": rulebook.ready.numbers[obligation.id],
    }
    if judgement.attested and (attested := judgement.attested.keys() & found.sources):
        answer["basis"]["from"] = dict.fromkeys(sorted(attested), PROFILE)
    return answer


class _ShownFacts(dict[str, Any]):
    """Known facts as the answer shows them: several obligations rest on the same ones."""

    def __init__(self, judgement: Judgement, rulebook: Rulebook) -> None:
        super().__init__({**judgement.values, **judgement.elements})
        # Most are shown as they stand; for the others it takes a while, and few are asked for.
        for name in self.keys() & rulebook.ready.shown_otherwise:
            del self[name]
        self._judgement = judgement
        self._rulebook = rulebook

    def __missing__(self, name: str) -> Any:
        value = self[name] = shown_value(name, self._judgement, self._rulebook)
        return value


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


def _missing_required(judgement: Judgement, rulebook: Rulebook) -> list[str]:
    check = judgement.check
    contract = rulebook.law.check_types[check.key].contract(check.contract)
    required = contract.required if contract else ()
    known = judgement.known
    return [name for name in required if name not in known]
