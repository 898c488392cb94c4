"""The hash chain over what is kept: canonical forms, entries, and one writer's chains as they grow.

Each institution has a chain for each writer (a process that stores, from its start to its end).
An entry holds the digest of one record and the hash of the entry before it, so a record that is
changed, removed, added or moved no longer fits. Everything here can be computed again by a third
party with SHA-256 and sorted JSON, from docs/record.md alone.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import orjson

from fanzha.records.decision_record import DecisionRecord, Filing
from fanzha.records.digesting import sha256

CONTENTS = ("check_json", "answer_json", "versions_json", "context_json")
"""The columns of a decision that stand in its canonical form by their digests."""
PURGED = ("check_json", "answer_json", "context_json")
"""Those that a purge replaces by their digests."""
PLAIN = (
    "id",
    "institution",
    "domain",
    "check_type",
    "stage",
    "occurred_at",
    "as_of",
    "outcome",
    "reference",
    "recorded_at",
)
DECISION_FIELDS = (*PLAIN, *CONTENTS, "purge")
PURGE_FIELDS = (
    "id",
    "institution",
    "before",
    "decisions",
    "ids_sha256",
    "purged_at",
    "purged_by",
)
_PURGE_FORM = "fanzha.purge/1"
_DECISION_FORM = "fanzha.decision/1"
_ENTRY_FORM = "fanzha.chain/1"

Json = dict[str, Any]


class EntryKind(StrEnum):
    """What an entry is about."""

    DECISION = "decision"
    PURGE = "purge"


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the one way to write these values: JSON in UTF-8, keys sorted, no blanks.

    For texts, whole numbers and null this is what RFC 8785 (JCS) gives.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def written(value: Any) -> Any:
    """Return a time or a day as canonical forms write it; anything else as it is."""
    if isinstance(value, datetime):
        return _instant(value)
    return value.isoformat() if isinstance(value, date) else value


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def decision_form(
    values: Mapping[str, Any],
    contents: Mapping[str, str],
    findings: Mapping[str, str],
    link: tuple[str, str] | None,
) -> Json:
    """Return the canonical form of a decision; `contents` are the digests of its bytes.

    `findings` and `link` are what it is listed by and whose place it takes.
    """
    form = {name: written(values[name]) for name in PLAIN}
    form["contents"] = contents
    form["findings"] = findings
    form["form"] = _DECISION_FORM
    form["link"] = link
    return form


def decision_digest(record: DecisionRecord, filing: Filing) -> str:
    """Return the digest that stands in the chain for a decision about to be stored."""
    link = filing.link
    # As `decision_form` has it, and without its detours: this is on the way of every decision.
    form = {
        "as_of": record.as_of.isoformat(),
        "check_type": record.check_type,
        "contents": {
            "answer_json": sha256(record.answer_json),
            "check_json": sha256(record.check_json),
            "context_json": sha256(record.context_json),
            "versions_json": sha256(record.versions_json),
        },
        "domain": record.domain,
        "findings": dict(filing.open_obligations),
        "form": _DECISION_FORM,
        "id": record.id,
        "institution": record.institution,
        "link": (link.relation.value, link.earlier_id) if link else None,
        "occurred_at": _instant(record.occurred_at),
        "outcome": record.outcome,
        "recorded_at": _instant(record.recorded_at),
        "reference": record.reference,
        "stage": record.stage,
    }
    return sha256(canonical(form))


def subject_digest(kind: str, subject: Mapping[str, Any]) -> str:
    """Return the digest of a decision or purge as it is kept, or as an export has it.

    Of a decision `contents` are texts, and digests where it was purged.
    """
    if kind == EntryKind.PURGE:
        form = {name: written(subject[name]) for name in PURGE_FIELDS}
        return sha256(canonical({**form, "form": _PURGE_FORM}))
    purged = subject.get("purge") is not None
    contents = {
        name: subject[name] if purged and name in PURGED else sha256(subject[name].encode())
        for name in CONTENTS
    }
    return sha256(canonical(decision_form(subject, contents, subject["findings"], subject["link"])))


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a chain, without its own hash, which follows from the rest."""

    institution: str
    writer: str
    sequence: int
    kind: str
    subject: str
    """The id of the decision or purge."""
    digest: str
    """SHA-256 of the subject's canonical form."""
    recorded_at: str
    previous: str
    """The hash of the entry before; for the first, `beginning` of the chain."""

    def hash(self) -> str:
        """Return the hash of this entry."""
        form: Json = {name: getattr(self, name) for name in _ENTRY_FIELDS}
        form["form"] = _ENTRY_FORM
        return sha256(canonical(form))


_ENTRY_FIELDS = tuple(each.name for each in fields(Entry))


def beginning(institution: str, writer: str) -> str:
    """Return what the first entry of a chain has in place of an earlier one's hash."""
    return sha256(canonical({"form": _ENTRY_FORM, "institution": institution, "writer": writer}))


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of one chain."""

    institution: str
    writer: str
    sequence: int
    hash: str


class Chain:
    """The chains of one writer, as far as they are committed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed: dict[tuple[str, str], Head] = {}
        self._heads: dict[str, Head] = {}
        self.writer = new_writer()

    def draft(self) -> ChainDraft:
        """Return what the next transaction adds to."""
        return ChainDraft(self.writer, self._heads)

    def take(self, draft: ChainDraft) -> None:
        """Go on from a draft whose transaction is committed."""
        self._heads.update(draft.heads)
        with self._lock:
            for head in draft.heads.values():
                self._changed[head.institution, head.writer] = head

    def restart(self) -> None:
        """Begin new chains under a new name.

        After a commit whose end is not known: whether its entries exist or not, the old chains
        are whole, and nothing is appended to them any more.
        """
        self.writer = new_writer()
        self._heads = {}

    def changed(self) -> list[Head]:
        """Return the heads that have moved since the last call."""
        with self._lock:
            taken, self._changed = self._changed, {}
        return list(taken.values())


class ChainDraft:
    """Entries of one transaction that may still fail."""

    def __init__(self, writer: str, heads: Mapping[str, Head]) -> None:
        self._writer = writer
        self._before = heads
        self.heads: dict[str, Head] = {}

    def append(
        self, institution: str, kind: EntryKind, subject: str, digest: str, recorded_at: datetime
    ) -> Json:
        """Return the row of `chain` for one more record of the institution."""
        last = self.heads.get(institution) or self._before.get(institution)
        sequence = last.sequence + 1 if last else 1
        # As `Entry.hash` has it, and without its detours: this is on the way of every decision.
        row: Json = {
            "digest": digest,
            "form": _ENTRY_FORM,
            "institution": institution,
            "kind": kind.value,
            "previous": last.hash if last else beginning(institution, self._writer),
            "recorded_at": _instant(recorded_at),
            "sequence": sequence,
            "subject": subject,
            "writer": self._writer,
        }
        hashed = sha256(orjson.dumps(row))
        self.heads[institution] = Head(institution, self._writer, sequence, hashed)
        del row["form"]
        row["recorded_at"] = recorded_at
        row["hash"] = hashed
        return row


def new_writer() -> str:
    """Return a name that no other writer has or will have."""
    return secrets.token_hex(8)


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return the entry of a row of `chain`, or of a line of an export."""
    return Entry(**{name: written(row[name]) for name in _ENTRY_FIELDS})


def entry_json(entry: Entry) -> Json:
    """Return an entry with its hash as plain JSON values."""
    return {**{name: getattr(entry, name) for name in _ENTRY_FIELDS}, "hash": entry.hash()}


def ids_digest(ids: Iterable[str]) -> str:
    """Return the digest over a sorted list of ids."""
    digest = hashlib.sha256()
    for each in sorted(ids):
        digest.update(f"{each}\n".encode())
    return digest.hexdigest()
