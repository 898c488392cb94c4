"""Makes the record of a decision: all that is needed to judge again, and no personal fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from fanzha.records import DecisionRecord, PersonalDigests
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.shown import shown_time

Json = dict[str, Any]


def record_of(
    judgement: Judgement,
    decision: Mapping[str, Any],
    content: bytes,
    rulebook: Rulebook,
    digests: PersonalDigests,
    now: datetime,
) -> DecisionRecord:
    """Return the row to keep; `content` is the answer, to the byte as it is sent."""
    check = judgement.check
    return DecisionRecord(
        id=decision["id"],
        institution=check.institution,
        domain=check.domain,
        check_type=check.check_type,
        stage=check.stage.value,
        occurred_at=check.occurred_at,
        as_of=judgement.day,
        outcome=decision["outcome"],
        reference=check.reference,
        recorded_at=now,
        check_json=orjson.dumps(_check(judgement, rulebook, digests)),
        answer_json=content,
        versions_json=orjson.dumps(
            {
                **decision["versions"],
                "bundles": rulebook.bundles,
                "digests_key": digests.key_id,
            }
        ),
        context_json=orjson.dumps(
            {
                "roles": list(judgement.institution.roles),
                "licence": {
                    "from": judgement.institution.licensed_from,
                    "until": judgement.institution.licensed_until,
                },
                "profile": [each.as_json() for _, each in sorted(judgement.attested.items())],
                "derived": _kept(judgement.derived.values, rulebook, digests),
            }
        ),
    )


def _check(judgement: Judgement, rulebook: Rulebook, digests: PersonalDigests) -> Json:
    check = judgement.check
    return {
        "domain": check.domain,
        "check_type": check.check_type,
        "stage": check.stage.value,
        "institution": check.institution,
        "occurred_at": shown_time(check.occurred_at),
        # As it was taken, for by default it is the time of the answer.
        "known_at": shown_time(check.known_at),
        "contract": check.contract,
        "scope": list(check.scope),
        "reference": check.reference,
        "supersedes": check.supersedes,
        "facts": _kept(check.facts, rulebook, digests),
        "assessments": {name: each.as_json() for name, each in check.assessments.items()},
        "circumstances": _kept(check.circumstances, rulebook, digests),
    }


def _kept(values: Mapping[str, Any], rulebook: Rulebook, digests: PersonalDigests) -> Json:
    kept = dict(values)
    for name in values.keys() & rulebook.ready.personal:
        kept[name] = digests.digest(name, values[name])
    return kept
