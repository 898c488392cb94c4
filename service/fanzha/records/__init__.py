"""What is kept: decisions, institutions with their profiles, and keys."""

from __future__ import annotations

from fanzha.records.decision_record import DecisionRecord, Filing, Link, Relation
from fanzha.records.decisions import Decisions
from fanzha.records.due import DueDecision
from fanzha.records.institutions import Institutions
from fanzha.records.keys import KeyHolder, KeyKind, Keys
from fanzha.records.listing import Filters
from fanzha.records.opening import Records, open_records
from fanzha.records.personal import PersonalDigests
from fanzha.records.profiles import Profiles
from fanzha.records.reports import Reported
from fanzha.records.schema import upgrade

__all__ = [
    "DecisionRecord",
    "Decisions",
    "DueDecision",
    "Filing",
    "Filters",
    "Institutions",
    "KeyHolder",
    "KeyKind",
    "Keys",
    "Link",
    "PersonalDigests",
    "Profiles",
    "Records",
    "Relation",
    "Reported",
    "open_records",
    "upgrade",
]
