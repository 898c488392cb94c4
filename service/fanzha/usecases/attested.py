"""What a check takes over from the profile: standing facts that nobody need post each time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from fanzha.engine import Edition
from fanzha.model.attestation import Attestation, Profile
from fanzha.model.check import Check
from fanzha.model.expressions import names_in
from fanzha.usecases.derive import fits
from fanzha.usecases.rulebook import Rulebook

Attested = Mapping[str, Attestation]


def taken_over(
    check: Check, edition: Edition, profile: Profile, day: date, rulebook: Rulebook
) -> dict[str, Attestation]:
    """Return the attestations valid on the day of the act that rules read and nobody posted."""
    if profile.history.keys().isdisjoint(edition.sources):
        # So it is for most events: what they read is of the event.
        return {}
    facts = rulebook.law.facts
    return {
        name: each
        for name, each in profile.valid_on(day).items()
        if name in edition.sources
        and name not in check.facts
        # The vocabulary may have changed since it was attested.
        and fits(each.value, facts[name].type)
    }


def in_contradiction(
    elements: Iterable[str],
    check: Check,
    attested: Attested,
    edition: Edition,
    rulebook: Rulebook,
) -> set[str]:
    """Return the attestations that give way to what was posted of this event.

    An attested element gives way to facts that make it otherwise; attested facts give way to an
    element that was posted. What is left was posted twice, differently.
    """
    found: set[str] = set()
    for element in elements:
        if element in attested:
            found.add(element)
        elif element in check.facts:
            found |= attested.keys() & _rests_on(element, edition, rulebook)
    return found


def _rests_on(element: str, edition: Edition, rulebook: Rulebook) -> Collection[str]:
    found: set[str] = set()
    pending = [element]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        pending.extend(rulebook.inputs_of(name))
        for conditions in (edition.elements.true_when, edition.elements.false_when):
            if name in conditions:
                pending.extend(names_in(conditions[name]))
    return found
