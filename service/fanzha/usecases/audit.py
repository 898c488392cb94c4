"""Verifies the chain of what is kept, and exports one institution's part of it with its proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fanzha.errors import Location, WrongAuditFile
from fanzha.model.text import Text
from fanzha.records import Records
from fanzha.records.chain import (
    EntryKind,
    Head,
    beginning,
    canonical,
    entry_of,
    subject_digest,
    written,
)
from fanzha.records.heads import is_signed, public_pem
from fanzha.records.ledger import ChainPart, KeptEntry, Ledger, Span
from fanzha.records.reads import Reader, Way

EXPORT_FORM = "fanzha.export/1"
_READS_AT_ONCE = 200

Json = dict[str, Any]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where what is kept does not fit."""

    kind: str
    message: Text
    institution: str
    writer: str | None = None
    sequence: int | None = None
    subject: str | None = None

    def as_json(self) -> Json:
        """Return it as plain JSON values."""
        return {
            "kind": self.kind,
            "message": self.message.as_json(),
            "institution": self.institution,
            "writer": self.writer,
            "sequence": self.sequence,
            "subject": self.subject,
        }


@dataclass(slots=True)
class Verified:
    """What was looked at, and the first break; None means that everything fits."""

    chains: int = 0
    decisions: int = 0
    purged: int = 0
    purges: int = 0
    heads: int = 0
    broken: Break | None = None

    def as_json(self) -> Json:
        """Return it as plain JSON values."""
        return {
            "intact": self.broken is None,
            "chains": self.chains,
            "decisions": self.decisions,
            "purged": self.purged,
            "purges": self.purges,
            "heads": self.heads,
            "broken": self.broken.as_json() if self.broken else None,
        }


class _Found(Exception):
    def __init__(self, broken: Break) -> None:
        self.broken = broken


@dataclass
class _Verifying:
    """One run; raises _Found at the first break."""

    heads: dict[tuple[str, str], list[Json]]
    has_purge: Callable[[str, str], bool]
    counts: Verified = field(default_factory=Verified)

    def chain(self, part: ChainPart, entries: Iterable[KeptEntry], *, whole: bool) -> None:
        """Verify one chain; `whole` says that it is seen from its first entry to its last."""
        institution, writer = part.institution, part.writer
        self.counts.chains += 1
        heads = {
            each["sequence"]: each["hash"] for each in self.heads.pop((institution, writer), ())
        }
        expected = 1 if whole else part.first
        previous = beginning(institution, writer) if expected == 1 else None
        for kept in entries:
            entry = entry_of(kept.entry)
            hashed = entry.hash()
            if (entry.institution, entry.writer) != (institution, writer):
                raise _Found(_moved(kept.entry))
            if entry.sequence != expected:
                raise _Found(_removed(institution, writer, expected))
            if kept.entry["hash"] != hashed:
                raise _Found(_entry_changed(kept.entry))
            if previous is not None and entry.previous != previous:
                raise _Found(_moved(kept.entry))
            self._subject(kept)
            if (published := heads.pop(expected, None)) is not None:
                self.counts.heads += 1
                if published != hashed:
                    raise _Found(_rewritten(kept.entry))
            previous = hashed
            expected += 1
        if expected <= part.last:
            raise _Found(_removed(institution, writer, expected))
        if whole and heads:
            raise _Found(_cut(institution, writer, expected, max(heads)))

    def _subject(self, kept: KeptEntry) -> None:
        entry, subject = kept.entry, kept.subject
        if subject is None:
            raise _Found(_subject_removed(entry))
        try:
            digest = subject_digest(entry["kind"], subject)
        except (KeyError, TypeError, AttributeError):
            digest = ""
        if (
            digest != entry["digest"]
            or subject["id"] != entry["subject"]
            or subject["institution"] != entry["institution"]
        ):
            raise _Found(_changed(entry))
        if entry["kind"] == EntryKind.PURGE:
            self.counts.purges += 1
            if subject.get("ids_now_sha256", subject["ids_sha256"]) != subject["ids_sha256"]:
                raise _Found(_purge_differs(entry))
            return
        self.counts.decisions += 1
        if subject.get("purge") is not None:
            self.counts.purged += 1
            if not self.has_purge(subject["purge"], entry["institution"]):
                raise _Found(_purge_unrecorded(entry))

    def remaining_heads(self) -> None:
        """Raise _Found for a chain that was published and is not there."""
        for (institution, writer), heads in sorted(self.heads.items()):
            raise _Found(_chain_removed(institution, writer, max(h["sequence"] for h in heads)))


def verify(
    ledger: Ledger,
    span: Span,
    heads: Sequence[Json],
    keys: Sequence[Ed25519PublicKey],
    *,
    progress: Progress = lambda _: None,
) -> Verified:
    """Return what was looked at and the first break in it.

    `heads` are the published ones, read before this is called: what they name is committed.
    `progress` is told how many entries were looked at.
    """
    named = [each for each in heads if span.institution in (None, each["institution"])]
    run = _Verifying(_by_chain(named), ledger.has_purge)
    try:
        _require_signed(named, keys)
        for part in ledger.parts(span):
            entries = _told(ledger.entries(part), progress)
            run.chain(part, entries, whole=span.is_open)
        if span.is_open:
            run.remaining_heads()
        unchained = ledger.unchained(span)
        if unchained is not None:
            raise _Found(_inserted(*unchained))
    except _Found as found:
        run.counts.broken = found.broken
    return run.counts


def total(ledger: Ledger, span: Span) -> int:
    """Return how many entries there are to look at."""
    return sum(each.entries for each in ledger.parts(span))


def current_heads(records: Records, institution: str | None, now: datetime) -> Json:
    """Return the heads as they are now, signed, and the key that they can be checked with."""
    signer = records.heads.signer
    return {
        "heads": [signer.sign(each, now) for each in records.ledger.heads(institution)],
        "public_key": public_pem(signer.public),
    }


def export(records: Records, institution: str, reader: Reader, now: datetime) -> Iterator[bytes]:
    """Go through the lines of a file with all records of an institution and their proof.

    That they are read is recorded before they are given.
    """
    yield (
        canonical({"form": EXPORT_FORM, "institution": institution, "exported_at": written(now)})
        + b"\n"
    )
    heads: list[Head] = []
    for part in records.ledger.parts(Span(institution)):
        waiting: list[KeptEntry] = []
        for kept in records.ledger.entries(part):
            waiting.append(kept)
            if len(waiting) >= _READS_AT_ONCE:
                yield from _lines(waiting, records, reader, now)
                waiting = []
            last = kept
        yield from _lines(waiting, records, reader, now)
        entry = last.entry
        heads.append(Head(institution, part.writer, entry["sequence"], entry["hash"]))
    for head in heads:
        yield canonical({"head": records.heads.signer.sign(head, now)}) + b"\n"
    yield canonical({"end": len(heads)}) + b"\n"


def _lines(
    waiting: Sequence[KeptEntry], records: Records, reader: Reader, now: datetime
) -> Iterator[bytes]:
    ids = [
        each.entry["subject"]
        for each in waiting
        if each.entry["kind"] == EntryKind.DECISION and each.subject
        # Of a purged one there is nothing to read.
        if each.subject["purge"] is None
    ]
    records.reads.add(ids, reader, Way.EXPORT, now)
    for each in waiting:
        yield canonical({"entry": each.entry, "subject": each.subject}) + b"\n"


def verify_file(path: Path, keys: Sequence[Ed25519PublicKey]) -> Verified:
    """Return what an export holds and the first break in it, without any database.

    Raises WrongAuditFile for a file that is no whole export.
    """
    lines = _read_export(path)
    header = next(lines, {})
    if header.get("form") != EXPORT_FORM or not isinstance(header.get("institution"), str):
        raise _not_an_export(path, 1)
    chains: dict[tuple[str, str], list[KeptEntry]] = {}
    heads: list[Json] = []
    end: int | None = None
    for number, line in enumerate(lines, start=2):
        if end is not None or not line.keys() & {"entry", "head", "end"}:
            raise _not_an_export(path, number)
        if "entry" in line:
            entry = line["entry"]
            key = _chain_of(entry)
            if key is None:
                raise _not_an_export(path, number)
            chains.setdefault(key, []).append(KeptEntry(entry, line.get("subject")))
        elif "head" in line:
            if _chain_of(line["head"]) is None:
                raise _not_an_export(path, number)
            heads.append(line["head"])
        else:
            end = line["end"]
    if end != len(heads):
        raise _not_an_export(path, None)
    return _verify_chains(header["institution"], chains, heads, keys)


def _verify_chains(
    institution: str,
    chains: Mapping[tuple[str, str], Sequence[KeptEntry]],
    heads: Sequence[Json],
    keys: Sequence[Ed25519PublicKey],
) -> Verified:
    purges = {
        each.entry["subject"]
        for entries in chains.values()
        for each in entries
        if each.entry["kind"] == EntryKind.PURGE
    }
    run = _Verifying(_by_chain(heads), lambda purge, _: purge in purges)
    try:
        _require_signed(heads, keys)
        for (owner, writer), entries in chains.items():
            if owner != institution or (owner, writer) not in run.heads:
                raise _Found(_unsigned_chain(owner, writer))
            last = run.heads[owner, writer][0]["sequence"]
            part = ChainPart(owner, writer, 1, len(entries), len(entries))
            if len(entries) > last:
                raise _Found(_unsigned_chain(owner, writer))
            run.chain(part, entries, whole=True)
        run.remaining_heads()
    except _Found as found:
        run.counts.broken = found.broken
    return run.counts


def _read_export(path: Path) -> Iterator[Json]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    value = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise _not_an_export(path, number) from error
                if not isinstance(value, dict):
                    raise _not_an_export(path, number)
                yield value
    except OSError as error:
        raise _not_an_export(path, None) from error


def _chain_of(value: Any) -> tuple[str, str] | None:
    if not isinstance(value, dict) or not isinstance(value.get("sequence"), int):
        return None
    key = value.get("institution"), value.get("writer")
    names = "kind", "subject", "digest", "recorded_at", "previous"
    is_entry = "signature" in value or all(isinstance(value.get(name), str) for name in names)
    if not is_entry or not isinstance(value.get("hash"), str):
        return None
    return key if all(isinstance(each, str) for each in key) else None  # type: ignore[return-value]


def _told(entries: Iterable[KeptEntry], progress: Progress) -> Iterator[KeptEntry]:
    for each in entries:
        yield each
        progress(1)


def _by_chain(heads: Iterable[Json]) -> dict[tuple[str, str], list[Json]]:
    found: dict[tuple[str, str], list[Json]] = {}
    for each in heads:
        found.setdefault((each["institution"], each["writer"]), []).append(each)
    return found


def _require_signed(heads: Iterable[Json], keys: Sequence[Ed25519PublicKey]) -> None:
    for each in heads:
        if not is_signed(each, keys):
            raise _Found(
                Break(
                    "head_forged",
                    Text(
                        zh="已发布的链头没有有效签名，或由未知密钥签名",
                        en="a published head has no valid signature of a known key",
                    ),
                    each["institution"],
                    each["writer"],
                    each["sequence"],
                )
            )


def now_utc() -> datetime:
    """Return the time it is."""
    return datetime.now(UTC)


# --- what can be wrong ---------------------------------------------------------------------


def _at(kind: str, zh: str, en: str, entry: Mapping[str, Any]) -> Break:
    return Break(
        kind,
        Text(zh=zh, en=en),
        entry["institution"],
        entry["writer"],
        entry["sequence"],
        entry["subject"],
    )


def _removed(institution: str, writer: str, sequence: int) -> Break:
    text = Text(zh=f"链中缺少第 {sequence} 项", en=f"entry {sequence} of the chain is missing")
    return Break("entry_removed", text, institution, writer, sequence)


def _moved(entry: Json) -> Break:
    return _at(
        "reordered",
        "该项不接续前一项：顺序被改动，或有一项被换掉",
        "the entry does not follow the one before: moved, or another was put in its place",
        entry,
    )


def _entry_changed(entry: Json) -> Break:
    return _at("entry_changed", "链中的该项被改动", "the entry of the chain was changed", entry)


def _changed(entry: Json) -> Break:
    return _at("changed", "记录的内容被改动", "the record was changed", entry)


def _subject_removed(entry: Json) -> Break:
    return _at("removed", "记录已被删除", "the record was removed", entry)


def _rewritten(entry: Json) -> Break:
    return _at(
        "rewritten",
        "与当时发布的链头不同：链被整体改写",
        "not what was published then: the chain was written anew",
        entry,
    )


def _cut(institution: str, writer: str, sequence: int, published: int) -> Break:
    text = Text(
        zh=f"链的末尾被截去：曾发布至第 {published} 项",
        en=f"the end of the chain was cut off: it was published up to entry {published}",
    )
    return Break("cut", text, institution, writer, sequence)


def _chain_removed(institution: str, writer: str, published: int) -> Break:
    text = Text(
        zh=f"整条链已被删除：曾发布至第 {published} 项",
        en=f"the whole chain was removed: it was published up to entry {published}",
    )
    return Break("chain_removed", text, institution, writer, 1)


def _inserted(kind: str, institution: str, subject: str) -> Break:
    text = Text(
        zh="记录不在任何链中：由他人插入", en="the record stands in no chain: it was put in"
    )
    return Break("inserted", text, institution, subject=subject)


def _purge_unrecorded(entry: Json) -> Break:
    return _at(
        "purge_unrecorded",
        "内容被清除，但没有清除记录",
        "the contents were removed and no purge is recorded",
        entry,
    )


def _purge_differs(entry: Json) -> Break:
    return _at(
        "purge_differs",
        "所清除的决定与清除记录不符",
        "what was purged is not what the purge recorded",
        entry,
    )


def _unsigned_chain(institution: str, writer: str) -> Break:
    text = Text(
        zh="该链没有覆盖其全部内容的签名链头",
        en="no signed head covers the whole of this chain",
    )
    return Break("unsigned", text, institution, writer)


def _not_an_export(path: Path, line: int | None) -> WrongAuditFile:
    return WrongAuditFile(
        Text(zh="不是完整的审计导出文件", en="not a whole export of an audit"),
        hint=Text(zh="请重新执行 fanzha audit export", en="make it again with fanzha audit export"),
        where=Location(file=str(path), line=line),
    )
