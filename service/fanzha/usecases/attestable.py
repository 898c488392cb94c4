"""Which facts a profile may hold: those of the organisation, and never those of one event."""

from __future__ import annotations

from datetime import date

from fanzha.model.institution import Institution
from fanzha.model.norms import CheckType
from fanzha.model.text import Text
from fanzha.model.vocabulary import FactKind
from fanzha.usecases.fact_schema import facts_read
from fanzha.usecases.rulebook import Rulebook

INTERNAL_CONTROL = "internal_control"
"""The check type, one in each domain, of an organisation's standing duties."""


def check_types_of(
    institution: Institution, rulebook: Rulebook, *, standing: bool
) -> list[CheckType]:
    """Return the check types that fit the institution's roles: of standing duties, or of events."""
    roles = rulebook.law.close_roles(institution.roles)
    return [
        each
        for each in rulebook.law.check_types.values()
        if (each.name == INTERNAL_CONTROL) is standing and each.roles & roles
    ]


class AttestableFacts:
    """What may be attested of one institution, by the law of one day."""

    def __init__(self, institution: Institution, rulebook: Rulebook, day: date) -> None:
        self._facts = rulebook.law.facts
        self._rulebook = rulebook
        self._day = day
        standing = check_types_of(institution, rulebook, standing=True)
        events = check_types_of(institution, rulebook, standing=False)
        self._of_standing = self._read(standing)
        self._of_events = self._read(events)
        self._of_each_event = {
            name for each in events for name in each.contracts[-1].required
        } - self._of_standing
        read = self._of_standing | self._of_events
        self.names = frozenset(name for name in read if self._refusal(name) is None)

    def why_not(self, name: str) -> Text:
        """Return why a known fact may not be attested, or what to do instead."""
        return self._refusal(name) or Text(
            zh="没有适用于该机构角色的规则读取它；见 GET /v1/check-types/{domain}/internal_control",
            en="no rule for this institution's roles reads it: see "
            "GET /v1/check-types/{domain}/internal_control",
        )

    def _read(self, check_types: list[CheckType]) -> set[str]:
        law = self._rulebook.law
        found: set[str] = set()
        for each in check_types:
            raised = law.obligations_of(each.key)
            in_force = [duty for duty in raised if duty.in_force.contains(self._day)]
            found |= facts_read(law, each.key, in_force, self._day)
        return found

    def _refusal(self, name: str) -> Text | None:
        fact = self._facts[name]
        if fact.personal:
            return Text(zh="档案不存个人信息", en="a profile holds no personal data")
        if fact.supplied or fact.kind is FactKind.CIRCUMSTANCE:
            return Text(zh="它属于单项检查", en="it belongs to one check")
        if fact.kind is FactKind.ACT or name in self._of_each_event:
            return Text(zh="它随每项检查提交", en="post it with each check: it is of one event")
        if fact.judgment and name not in self._of_standing:
            return Text(
                zh="须就每件事单独判断", en="a person judges it anew for each event: post it there"
            )
        return None
