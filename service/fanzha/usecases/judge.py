"""Judges a typed check: derives, lets the engine decide, and gives each obligation its status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fanzha.engine import Edition, Findings, Status
from fanzha.engine.edition import Duty, overdue
from fanzha.engine.session import EngineError
from fanzha.errors import ContradictedElement, FanzhaError, Location, Problems
from fanzha.model.attestation import NOTHING_ATTESTED, Profile
from fanzha.model.check import Check, Value
from fanzha.model.expressions import names_in
from fanzha.model.institution import Institution
from fanzha.model.norms import Stage
from fanzha.model.text import Text
from fanzha.model.value_types import Folded
from fanzha.usecases.attested import Attested, in_contradiction, taken_over
from fanzha.usecases.deadlines import due_at
from fanzha.usecases.derive import Derived, derive
from fanzha.usecases.judged_duty import JudgedDuty
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.legal_calendar import CalendarUnknown, china_day
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.shown import MASK, shown

Dues = dict[str, datetime | Text]
"""Obligation -> when it falls due, or why that cannot be known."""


def judge(
    check: Check,
    institution: Institution,
    rulebook: Rulebook,
    profile: Profile = NOTHING_ATTESTED,
) -> Judgement:
    """Return what the law of the day of the act says of the check.

    What was not posted is taken over from the profile, as far as it is valid on that day.

    Raises Problems with ContradictedElement for elements that were stated otherwise than the
    facts give. An engine that fails yields the status `error`, never a verdict.
    """
    day = china_day(check.occurred_at)
    edition = rulebook.editions.of(check.key, day)
    attested = taken_over(check, edition, profile, day, rulebook)
    found = _find(check, attested, edition, rulebook)
    set_aside: set[str] = set()
    while given_way := in_contradiction(found.contradictions, check, attested, edition, rulebook):
        # What is known of this event comes before what was attested in general.
        set_aside |= given_way
        attested = {name: each for name, each in attested.items() if name not in given_way}
        found = _find(check, attested, edition, rulebook)
    findings = found.findings
    if not isinstance(findings, EngineError):
        _refuse_contradictions(findings, edition, found.values, rulebook)
    bearer = rulebook.law.check_types[check.key].bearer
    roles = rulebook.law.close_roles(bearer or institution.roles)
    return Judgement(
        check,
        institution,
        roles,
        day,
        edition,
        found.derived,
        found.values,
        found.facts,
        {} if isinstance(findings, EngineError) else findings.elements,
        tuple(_duties(check, roles, edition, found, rulebook)),
        attested,
        frozenset(set_aside),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    values: Mapping[str, Value]
    derived: Derived
    dues: Dues
    facts: Mapping[str, Folded]
    findings: Findings | EngineError

    @property
    def contradictions(self) -> tuple[str, ...]:
        return () if isinstance(self.findings, EngineError) else self.findings.contradictions

    @property
    def sound_statuses(self) -> Mapping[str, Status]:
        """The statuses that the engine found; none where anything failed that they may rest on."""
        if isinstance(self.findings, EngineError) or self.derived.failures:
            return {}
        return self.findings.statuses


def _find(check: Check, attested: Attested, edition: Edition, rulebook: Rulebook) -> _Found:
    stated = _stated(check, attested, edition, rulebook)
    derived = derive(edition.derived, stated, rulebook)
    values = {**stated, **derived.values}
    facts = _folded(values, rulebook)
    dues = dict(_dues(edition, values, rulebook))
    for id_, due in dues.items():
        if isinstance(due, datetime):
            facts[overdue(id_)] = check.known_at > due
    findings: Findings | EngineError
    try:
        findings = edition.judge(facts)
    except EngineError as error:
        findings = error
    return _Found(values, derived, dues, facts, findings)


def _stated(
    check: Check, attested: Attested, edition: Edition, rulebook: Rulebook
) -> dict[str, Value]:
    values: dict[str, Value] = {
        "occurred_at": check.occurred_at,
        "known_at": check.known_at,
        **{name: each.value for name, each in attested.items()},
        **check.facts,
    }
    if check.stage is Stage.PROPOSED:
        # The question is what would follow if it were done: what names the act is taken as true.
        for name in edition.sources & rulebook.ready.acts:
            values.setdefault(name, True)
    return values


def _folded(values: dict[str, Value], rulebook: Rulebook) -> dict[str, Folded]:
    facts = rulebook.law.facts
    # Most values are compared as they stand; the others are replaced.
    folded = cast("dict[str, Folded]", dict(values))
    for name in values.keys() & rulebook.ready.folded:
        folded[name] = facts[name].type.fold(values[name])
    return folded


def _dues(
    edition: Edition, values: dict[str, Value], rulebook: Rulebook
) -> Iterator[tuple[str, datetime | Text]]:
    for id_, due in edition.deadlines:
        start = values.get(due.start)
        if isinstance(start, datetime):
            try:
                yield id_, due_at(due, start, rulebook.law)
            except CalendarUnknown as error:
                yield id_, error.message


def _duties(
    check: Check,
    roles: frozenset[str],
    edition: Edition,
    found: _Found,
    rulebook: Rulebook,
) -> Iterator[JudgedDuty]:
    """Go through the duties in scope, each with its status."""
    spared, met = rulebook.ready.spared, rulebook.ready.met
    statuses = found.sound_statuses
    # Looked up once: there are dozens of duties, and most of them do not apply.
    not_applicable, fulfilled = Status.NOT_APPLICABLE, Status.FULFILLED
    stage, contract = check.stage, check.contract
    for id_, duty in edition.duties.items():
        obligation = duty.obligation
        if stage not in obligation.stages or obligation.contract > contract:
            continue
        if check.scope and not check.covers(id_):
            continue
        status = statuses.get(id_)
        if status is not_applicable or obligation.binds.isdisjoint(roles):
            yield spared[id_]
        elif status is fulfilled and id_ not in found.dues:
            yield met[id_]
        else:
            yield _judged(duty, found)


def _judged(duty: Duty, found: _Found) -> JudgedDuty:
    """Return a duty that binds the institution with its status."""
    obligation, findings, derived = duty.obligation, found.findings, found.derived
    if isinstance(findings, EngineError):
        return JudgedDuty(obligation, Status.ERROR, note=findings.message)
    if derived.failures and (failed := sorted(duty.sources & derived.failures.keys())):
        return JudgedDuty(obligation, Status.ERROR, note=derived.failures[failed[0]])
    status = findings.statuses[obligation.id]
    due = found.dues.get(obligation.id)
    note: Text | None = None
    if status is Status.UNDETERMINED:
        unknown = sorted(duty.sources & derived.unknown.keys())
        unknowable = [derived.unknown[name] for name in unknown]
        note = next(iter([due, *unknowable] if isinstance(due, Text) else unknowable), None)
    return JudgedDuty(obligation, status, due if isinstance(due, datetime) else None, note)


def _refuse_contradictions(
    findings: Findings, edition: Edition, values: Mapping[str, Value], rulebook: Rulebook
) -> None:
    if not findings.contradictions:
        return
    known = {**values, **findings.elements}
    errors: list[FanzhaError] = []
    for element in findings.contradictions:
        truth = findings.elements[element]
        conditions = edition.elements.true_when if truth else edition.elements.false_when
        shown = ", ".join(
            f"{name} = {_shown(name, known[name], rulebook)}"
            for name in sorted(names_in(conditions[element]))
            if name in known
        )
        errors.append(
            ContradictedElement(
                Text(
                    zh=f"`{element}` 陈述为 {_word(not truth)}，"
                    f"但业务事实得出 {_word(truth)}：{shown}",
                    en=f"`{element}` is stated as {_word(not truth)}, but the facts make it "
                    f"{_word(truth)}: {shown}",
                ),
                hint=Text(
                    zh="请删去该陈述，或更正业务事实",
                    en="take the statement out, or correct the facts",
                ),
                where=Location(path=f"facts.{element}"),
            )
        )
    raise Problems(errors)


def _shown(name: str, value: Value, rulebook: Rulebook) -> str:
    if rulebook.law.facts[name].personal:
        return MASK
    return _word(value) if isinstance(value, bool) else str(shown(value))


def _word(truth: bool) -> str:
    return str(truth).lower()
