"""Judges a stored decision again by the rules that it was made with, and compares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from fanzha.records import DecisionRecord, PersonalDigests, Records
from fanzha.usecases.check_form import find_check_type
from fanzha.usecases.decision import decide
from fanzha.usecases.judge import judge
from fanzha.usecases.kept_check import read_kept
from fanzha.usecases.rule_keeping import changed_files, rulebook_as_recorded
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.shown import MASK

Json = dict[str, Any]

_WHOLE = ("outcome", "advice", "settled", "exposure", "liabilities", "notes")
"""What is compared beside the obligations. Not `unused` and `missing_required`: personal facts
are missing when a record is judged again, and both name facts."""
_OF_OBLIGATION = ("status", "advice", "measures", "due", "remedy", "cites", "title", "grade")


def replay(decision_id: str, records: Records, today: Rulebook) -> Json:
    """Return whether judging the record again gives the same, and what differs.

    The rules are those of then, from the record; plugins and the engine are those of today, and
    their versions are compared. Raises NotFound, DecisionPurged, ReplayImpossible, and what
    judging raises.
    """
    record = records.decisions.get_record(decision_id)
    answer = orjson.loads(record.answer_json)
    versions = orjson.loads(record.versions_json)
    bundles = versions["bundles"]
    with rulebook_as_recorded(bundles, today, records.rule_files) as rulebook:
        again = _judged(record, answer, rulebook, records.digests)
        differences = _differences(answer, again, rulebook)
    now = _judged_today(record, answer, today, records.digests)
    return {
        "id": decision_id,
        "same": not differences,
        "outcome": {"recorded": answer["outcome"], "replayed": again["outcome"]},
        "differences": differences,
        "law": {"as_of": record.as_of.isoformat(), "bundles": bundles},
        "changed_rule_files": changed_files(bundles, today, records.rule_files),
        "changed_versions": _changed_versions(versions, again["versions"]),
        "today": now,
    }


def _judged(
    record: DecisionRecord, answer: Json, rulebook: Rulebook, digests: PersonalDigests
) -> Json:
    find_check_type(record.domain, record.check_type, rulebook.law)
    check = orjson.loads(record.check_json)
    kept = read_kept(record, datetime.fromisoformat(check["known_at"]), rulebook, digests)
    judgement = judge(kept.check, kept.institution, rulebook, kept.profile)
    explained = any("derivation" in each for each in answer["obligations"])
    decision = decide(judgement, rulebook, id_=record.id, now=record.recorded_at, explain=explained)
    # As it was written: texts and numbers, nothing else.
    result: Json = orjson.loads(orjson.dumps(decision))
    return result


def _judged_today(
    record: DecisionRecord, answer: Json, today: Rulebook, digests: PersonalDigests
) -> Json:
    """Tell what today's rules would say; that they say something else is no fault of then."""
    if f"{record.domain}/{record.check_type}" not in today.law.check_types:
        return {"outcome": None, "differences": []}
    decision = _judged(record, answer, today, digests)
    differences = [each for each in _differences(answer, decision, today) if "obligation" in each]
    return {"outcome": decision["outcome"], "differences": differences}


def _differences(recorded: Json, replayed: Json, rulebook: Rulebook) -> list[Json]:
    found: list[Json] = []
    before = {each["id"]: each for each in recorded["obligations"]}
    after = {each["id"]: each for each in replayed["obligations"]}
    for id_ in sorted(before.keys() | after.keys()):
        one, other = before.get(id_, {}), after.get(id_, {})
        for name in _OF_OBLIGATION:
            if one.get(name) != other.get(name):
                found.append(_difference(name, one.get(name), other.get(name), obligation=id_))
        found += _facts(id_, one, other, rulebook)
    for name in _WHOLE:
        if recorded.get(name) != replayed.get(name):
            found.append(_difference(name, recorded.get(name), replayed.get(name)))
    return found


def _facts(id_: str, one: Json, other: Json, rulebook: Rulebook) -> list[Json]:
    before = one.get("basis", {}).get("facts", {})
    after = other.get("basis", {}).get("facts", {})
    facts = rulebook.law.facts
    found = []
    for name in sorted(before.keys() | after.keys()):
        # Of a personal fact there is a digest: it is known, and what it was cannot be told.
        if (name in facts and facts[name].personal) or before.get(name) == MASK:
            continue
        if before.get(name) != after.get(name):
            found.append(
                _difference(name, before.get(name), after.get(name), obligation=id_, is_fact=True)
            )
    return found


def _difference(
    name: str, recorded: Any, replayed: Any, *, obligation: str | None = None, is_fact: bool = False
) -> Json:
    difference: Json = {"recorded": recorded, "replayed": replayed}
    difference["fact" if is_fact else "field"] = name
    if obligation is not None:
        difference["obligation"] = obligation
    return difference


def _changed_versions(recorded: Mapping[str, Any], today: Mapping[str, Any]) -> list[Json]:
    changes = [
        {"part": name, "recorded": recorded.get(name), "today": today.get(name)}
        for name in ("service", "engine", "language")
        if recorded.get(name) != today.get(name)
    ]
    before, after = recorded.get("plugins", {}), today.get("plugins", {})
    changes += [
        {"part": f"plugin {name}", "recorded": before.get(name), "today": after.get(name)}
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    return changes
