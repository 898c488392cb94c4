"""The profile's own report: what its attestations settle of the standing duties, and what runs out.

A standing duty that nobody attested shows here, and not in the answer to every transaction.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fanzha.engine import Status
from fanzha.model.attestation import Attestation, Profile
from fanzha.model.check import Check
from fanzha.model.institution import Institution
from fanzha.model.norms import CheckType, Stage
from fanzha.usecases.attestable import check_types_of
from fanzha.usecases.decision import decide
from fanzha.usecases.judge import judge
from fanzha.usecases.legal_calendar import china_day
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.shown import shown

Json = dict[str, Any]

GROUPS = tuple(each.value for each in Status)
_SETTLED_WELL = frozenset({Status.FULFILLED.value, Status.NOT_APPLICABLE.value})


def profile_report(
    institution: Institution,
    profile: Profile,
    rulebook: Rulebook,
    moment: datetime,
    expiring_days: int,
) -> Json:
    """Judge the standing duties of an institution from what is attested at `moment`.

    Facts whose validity ends within `expiring_days` are listed as expiring.
    """
    day = china_day(moment)
    standing = {each.fact: each for each in profile.on(day)}
    check_types = check_types_of(institution, rulebook, standing=True)
    return {
        "institution": institution.id,
        "as_of": day.isoformat(),
        "expiring_within_days": expiring_days,
        "check_types": [
            _judged(each, institution, profile, rulebook, moment) for each in check_types
        ],
        "expiring": [
            _ending(each, day, rulebook)
            for each in _by_end(standing)
            if 0 <= (each.valid_until - day).days <= expiring_days
        ],
        "expired": [
            _ending(each, day, rulebook) for each in _by_end(standing) if each.valid_until < day
        ],
        "never_attested": _never_attested(check_types, standing.keys(), rulebook),
    }


def attestations_on(profile: Profile, day: date, rulebook: Rulebook) -> list[Json]:
    """Return the attestation of each fact that stands on `day`, by fact."""
    return [
        {
            **_named(each.fact, rulebook),
            "value": shown(each.value),
            "assessor": each.assessor,
            "assessed_at": each.assessed_at.isoformat(),
            "evidence": each.evidence,
            "valid_until": each.valid_until.isoformat(),
            "basis": each.basis,
            "valid": each.is_valid_on(day),
        }
        for each in sorted(profile.on(day), key=lambda each: each.fact)
    ]


def has_findings(report: Json) -> bool:
    """Tell whether a report names anything that is not as it should be."""
    is_open = any(
        each[group]
        for each in report["check_types"]
        for group in GROUPS
        if group not in _SETTLED_WELL
    )
    return is_open or bool(report["expired"])


def _judged(
    check_type: CheckType,
    institution: Institution,
    profile: Profile,
    rulebook: Rulebook,
    moment: datetime,
) -> Json:
    check = Check(
        domain=check_type.domain,
        check_type=check_type.name,
        stage=Stage.DONE,
        institution=institution.id,
        occurred_at=moment,
        known_at=moment,
        facts={},
        circumstances={},
        contract=check_type.contracts[-1].version,
    )
    judgement = judge(check, institution, rulebook, profile)
    decision = decide(judgement, rulebook, id_="", now=moment)
    groups: dict[str, list[Json]] = {group: [] for group in GROUPS}
    for each in decision["obligations"]:
        groups[each["status"]].append(each)
    return {
        "domain": check_type.domain,
        "check_type": check_type.name,
        "title": check_type.title.as_json(),
        "outcome": decision["outcome"],
        "settled": decision["settled"],
        "exposure": decision["exposure"],
        "notes": decision["notes"],
        **groups,
    }


def _by_end(standing: dict[str, Attestation]) -> list[Attestation]:
    return sorted(standing.values(), key=lambda each: (each.valid_until, each.fact))


def _ending(attestation: Attestation, day: date, rulebook: Rulebook) -> Json:
    return {
        **_named(attestation.fact, rulebook),
        "assessor": attestation.assessor,
        "assessed_at": attestation.assessed_at.isoformat(),
        "valid_until": attestation.valid_until.isoformat(),
        "days_left": (attestation.valid_until - day).days,
    }


def _never_attested(check_types: list[CheckType], attested: Any, rulebook: Rulebook) -> list[Json]:
    required = {name for each in check_types for name in each.contracts[-1].required}
    return [_named(name, rulebook) for name in sorted(required - set(attested))]


def _named(name: str, rulebook: Rulebook) -> Json:
    fact = rulebook.law.facts.get(name)
    # A fact can have left the vocabulary since it was attested.
    title = fact.title.as_json() if fact else {"zh": name, "en": name}
    return {"fact": name, "title": title}
