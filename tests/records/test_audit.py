"""What an attacker with the whole database in hand does is found, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from fanzha.errors import WrongAuditFile
from fanzha.records import DecisionRecord, Filing, Link, Records, Relation, open_records
from fanzha.records.chain import Chain, EntryKind, decision_digest, entry_of
from fanzha.records.database import Database
from fanzha.records.digesting import sha256
from fanzha.records.heads import public_pem, read_heads, read_public_key
from fanzha.records.ledger import Span
from fanzha.records.reads import Reader
from fanzha.records.tables import (
    chain,
    decision_links,
    decision_obligations,
    decisions,
    purges,
)
from fanzha.settings import Settings
from fanzha.usecases.audit import Verified, export, verify, verify_file

NewRecord = Callable[..., DecisionRecord]
EVERYTHING = Span()
NOW = datetime(2026, 3, 2, tzinfo=UTC)
READER = Reader("auditor", "a test")


@pytest.fixture
def kept(records: Records, new_record: NewRecord) -> list[DecisionRecord]:
    """Five decisions of one institution and two of another; all heads are published."""
    made = [new_record(institution="bank-001") for _ in range(5)]
    made += [new_record(institution="other-1") for _ in range(2)]
    for each in made:
        link = Link(Relation.SUPERSEDES, made[0].id) if each is made[1] else None
        records.decisions.store(each, Filing({"cn.x": "violated"}, link=link))
    records.heads.publish()
    return made


@pytest.fixture
def attacking(database: Database) -> Callable[[], Any]:
    """Whoever owns the database can take its triggers away."""

    @contextmanager
    def attack() -> Iterator[Connection]:
        with database.writing() as connection:
            if connection.dialect.name == "postgresql":
                for table in (decisions, chain, purges, decision_links, decision_obligations):
                    connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
            else:
                names = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for name in list(connection.execute(names).scalars()):
                    connection.execute(text(f"DROP TRIGGER {name}"))
            yield connection

    return attack


def verified(records: Records, span: Span = EVERYTHING, *, heads: bool = True) -> Verified:
    published = read_heads(records.heads.file) if heads else []
    return verify(records.ledger, span, published, [records.heads.signer.public])


def broken(records: Records, **options: Any) -> tuple[str, str | None]:
    found = verified(records, **options).broken
    assert found is not None
    return found.kind, found.subject


def test_what_nobody_touched_is_intact(records: Records, kept: list[DecisionRecord]) -> None:
    found = verified(records)
    assert found.broken is None
    assert (found.chains, found.decisions, found.heads) == (2, len(kept), 2)


def test_each_column_and_what_belongs_to_a_decision_is_in_the_chain(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    victim = kept[2].id
    mine = decisions.c.id == victim
    changes: list[Any] = [
        update(decisions).where(mine).values({name: value})
        for name, value in {
            "domain": "x",
            "check_type": "x",
            "stage": "x",
            "occurred_at": NOW,
            "as_of": NOW.date() + timedelta(days=1),
            "outcome": "non_compliant",
            "reference": "x",
            "recorded_at": NOW,
            "check_json": b"{}",
            "answer_json": b"{}",
            "versions_json": b"{}",
            "context_json": b"{}",
        }.items()
    ]
    changes += [
        update(decision_obligations)
        .where(decision_obligations.c.decision_id == victim)
        .values(status="fulfilled"),
        delete(decision_obligations).where(decision_obligations.c.decision_id == victim),
        insert(decision_links).values(
            decision_id=victim, relation="supersedes", earlier_id=kept[4].id
        ),
    ]
    with attacking() as connection:
        for change in changes:
            trial = connection.begin_nested()
            connection.execute(change)
            # Seen from inside the attack, so that each can be taken back.
            inside = verify(_LedgerOf(connection), EVERYTHING, [], [])
            assert inside.broken is not None, change
            assert (inside.broken.kind, inside.broken.subject) == ("changed", victim)
            assert inside.broken.sequence == 3
            trial.rollback()


def test_a_record_that_is_removed_is_named(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    with attacking() as connection:
        connection.execute(delete(decisions).where(decisions.c.id == kept[2].id))
    assert broken(records) == ("removed", kept[2].id)


def test_a_record_removed_with_its_entry_leaves_a_gap(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    with attacking() as connection:
        connection.execute(delete(decisions).where(decisions.c.id == kept[2].id))
        connection.execute(delete(chain).where(chain.c.subject == kept[2].id))
    found = verified(records, heads=False).broken
    assert found is not None
    assert (found.kind, found.sequence, found.institution) == ("entry_removed", 3, "bank-001")


def test_a_record_that_is_put_in_is_named(
    records: Records,
    kept: list[DecisionRecord],
    attacking: Callable[[], Any],
    new_record: NewRecord,
) -> None:
    added = new_record(institution="bank-001")
    with attacking() as connection:
        connection.execute(insert(decisions).values(added.as_row()))
    assert broken(records) == ("inserted", added.id)


def test_records_that_change_places_are_named(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    first, second = kept[1].id, kept[3].id
    with attacking() as connection:
        # With their digests and hashes: each entry is sound in itself.
        for subject, sequence in ((first, 100), (second, 2), (first, 4)):
            mine = chain.c.subject == subject
            connection.execute(update(chain).where(mine).values(sequence=sequence))
    assert broken(records, heads=False) == ("entry_changed", second)


def test_an_entry_cannot_be_made_to_fit_by_its_own_hash(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    victim = replace(kept[2], outcome="non_compliant")
    with attacking() as connection:
        row = connection.execute(select(chain).where(chain.c.subject == victim.id)).mappings().one()
        digest = decision_digest(victim, Filing({"cn.x": "violated"}))
        hashed = replace(entry_of(row), digest=digest).hash()
        mine = decisions.c.id == victim.id
        connection.execute(update(decisions).where(mine).values(outcome="non_compliant"))
        change = update(chain).where(chain.c.subject == victim.id)
        connection.execute(change.values(digest=digest, hash=hashed))
    assert broken(records, heads=False) == ("reordered", kept[3].id)


def test_a_cut_tail_is_found_by_the_published_heads_and_by_nothing_else(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    with attacking() as connection:
        for each in kept[3:5]:
            connection.execute(delete(decisions).where(decisions.c.id == each.id))
            connection.execute(delete(chain).where(chain.c.subject == each.id))
    assert verified(records, heads=False).broken is None
    found = verified(records).broken
    assert found is not None
    assert (found.kind, found.institution, found.sequence) == ("cut", "bank-001", 4)
    assert "up to entry 5" in found.message.en


def test_a_chain_that_is_gone_altogether_is_found_by_its_head(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    with attacking() as connection:
        connection.execute(delete(decisions).where(decisions.c.institution == "other-1"))
        connection.execute(delete(chain).where(chain.c.institution == "other-1"))
    found = verified(records).broken
    assert found is not None
    assert (found.kind, found.institution) == ("chain_removed", "other-1")


def test_a_chain_that_is_written_anew_is_found_by_its_head(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    with attacking() as connection:
        query = select(chain).where(chain.c.institution == "bank-001").order_by(chain.c.sequence)
        rows = connection.execute(query).mappings().all()
        victim = replace(kept[2], outcome="non_compliant")
        mine = decisions.c.id == victim.id
        connection.execute(update(decisions).where(mine).values(outcome="non_compliant"))
        connection.execute(delete(chain).where(chain.c.institution == "bank-001"))
        forged = Chain()
        forged.writer = rows[0]["writer"]
        draft = forged.draft()
        for row in rows:
            digest = row["digest"]
            if row["subject"] == victim.id:
                digest = decision_digest(victim, Filing({"cn.x": "violated"}))
            entry = draft.append(
                "bank-001", EntryKind.DECISION, row["subject"], digest, row["recorded_at"]
            )
            connection.execute(insert(chain).values(entry))
    assert verified(records, heads=False).broken is None
    assert broken(records) == ("rewritten", kept[4].id)


def test_a_published_head_that_was_changed_or_signed_by_another_is_refused(
    records: Records, kept: list[DecisionRecord], tmp_path: Path
) -> None:
    lines = read_heads(records.heads.file)
    lines[0]["sequence"] = 4
    found = verify(records.ledger, EVERYTHING, lines, [records.heads.signer.public])
    assert found.broken is not None
    assert found.broken.kind == "head_forged"
    stranger = type(records.heads.signer)(tmp_path / "stranger.key")
    found = verify(records.ledger, EVERYTHING, read_heads(records.heads.file), [stranger.public])
    assert found.broken is not None
    assert found.broken.kind == "head_forged"


def test_a_span_of_time_or_one_institution_is_verified_alone(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    with attacking() as connection:
        mine = decisions.c.id == kept[1].id
        connection.execute(update(decisions).where(mine).values(outcome="x"))
    assert verified(records, Span("other-1")).broken is None
    later = verified(records, Span(since=kept[2].recorded_at))
    assert later.broken is None
    assert later.decisions == 5
    assert broken(records, span=Span(until=kept[2].recorded_at)) == ("changed", kept[1].id)


def test_each_start_of_a_process_has_chains_of_its_own(
    settings: Settings, new_record: NewRecord
) -> None:
    for _ in range(2):
        records = open_records(settings)
        records.decisions.store(new_record(institution="bank-001"))
        records.close()
    records = open_records(settings)
    found = verified(records)
    assert (found.chains, found.decisions, found.heads, found.broken) == (2, 2, 2, None)
    records.close()


def test_a_refused_decision_leaves_no_gap(records: Records, new_record: NewRecord) -> None:
    first, twice, last = new_record(), new_record(), new_record()
    records.decisions.store(first)
    records.decisions.store(twice)
    with pytest.raises(Exception, match="refused this decision"):
        records.decisions.store(twice)
    records.decisions.store(last)
    found = verified(records, heads=False)
    assert (found.broken, found.chains, found.decisions) == (None, 1, 3)


def _purged(records: Records, before: datetime) -> int:
    ids = iter(f"00000000-0000-7000-8000-{number:012}" for number in range(100))
    done = records.purges.purge(
        "bank-001", before, by="test", new_id=lambda: next(ids), clock=lambda: datetime.now(UTC)
    )
    return sum(done)


def test_purged_contents_leave_a_chain_that_still_verifies(
    records: Records, kept: list[DecisionRecord], database: Database
) -> None:
    assert _purged(records, kept[3].recorded_at) == 3
    assert _purged(records, kept[3].recorded_at) == 0
    found = verified(records)
    assert (found.broken, found.decisions, found.purged, found.purges) == (None, 7, 3, 1)
    with database.reading() as connection:
        query = select(decisions).where(decisions.c.id == kept[0].id)
        row = connection.execute(query).mappings().one()
    assert row["answer_json"] == sha256(kept[0].answer_json).encode()
    assert (row["recorded_at"], row["outcome"]) == (kept[0].recorded_at, kept[0].outcome)


def test_a_purge_that_was_not_recorded_is_refused_and_found(
    records: Records,
    kept: list[DecisionRecord],
    database: Database,
    attacking: Callable[[], Any],
) -> None:
    digests = {
        name: sha256(getattr(kept[2], name)).encode()
        for name in ("check_json", "answer_json", "context_json")
    }
    change = update(decisions).where(decisions.c.id == kept[2].id).values(**digests, purge="x" * 36)
    with pytest.raises(Exception, match="only ever added"), database.writing() as connection:
        connection.execute(change)
    with attacking() as connection:
        connection.execute(change)
    assert broken(records) == ("purge_unrecorded", kept[2].id)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "compliant"},
        {"check_json": b"{}"},
        {"versions_json": b"x" * 64},
        {"purge": None},
    ],
)
def test_the_triggers_let_through_a_purge_and_nothing_beside_it(
    changes: dict[str, Any], records: Records, kept: list[DecisionRecord], database: Database
) -> None:
    _purged(records, kept[1].recorded_at)
    with database.reading() as connection:
        purge = connection.execute(select(purges.c.id)).scalar_one()
    digest = b"0" * 64
    values = {"check_json": digest, "answer_json": digest, "context_json": digest, "purge": purge}
    # Recorded before the purge's moment, for the trigger's own sake: the second is not.
    mine = decisions.c.id == kept[0].id
    for where in (mine, decisions.c.id == kept[1].id):
        with pytest.raises(Exception, match="only ever added"), database.writing() as connection:
            connection.execute(update(decisions).where(where).values({**values, **changes}))
    assert verified(records).broken is None


def _exported(records: Records, tmp_path: Path) -> tuple[Path, list[Any]]:
    path, key = tmp_path / "export.jsonl", tmp_path / "public.pem"
    path.write_bytes(b"".join(export(records, "bank-001", READER, NOW)))
    key.write_text(public_pem(records.heads.signer.public))
    return path, [read_public_key(key)]


def test_an_export_is_checked_without_the_database_and_without_others_records(
    records: Records, kept: list[DecisionRecord], tmp_path: Path
) -> None:
    _purged(records, kept[1].recorded_at)
    path, keys = _exported(records, tmp_path)
    found = verify_file(path, keys)
    assert (found.broken, found.decisions, found.purged, found.chains) == (None, 5, 1, 2)
    assert b"other-1" not in path.read_bytes()
    # What was exported was read; of the purged one there was nothing left to read.
    assert [len(records.reads.of(each.id, limit=10)) for each in kept] == [0, 1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("forge", "kind"),
    [
        (lambda lines: [*lines[:3], *lines[4:]], "entry_removed"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "entry_removed"),
        (
            lambda lines: [
                each.replace(b'"outcome":"compliant"', b'"outcome":"x"') for each in lines
            ],
            "changed",
        ),
        (lambda lines: [*lines[:5], *lines[6:]], "cut"),
        (
            lambda lines: [
                each.replace(b'"sequence":5', b'"sequence":4') if b'"head"' in each else each
                for each in [*lines[:5], *lines[6:]]
            ],
            "head_forged",
        ),
    ],
)
def test_a_forged_export_is_found(
    forge: Callable[[list[bytes]], list[bytes]],
    kind: str,
    records: Records,
    kept: list[DecisionRecord],
    tmp_path: Path,
) -> None:
    path, keys = _exported(records, tmp_path)
    path.write_bytes(b"".join(forge(path.read_bytes().splitlines(keepends=True))))
    found = verify_file(path, keys)
    assert found.broken is not None
    assert found.broken.kind == kind


def test_an_export_that_is_not_whole_is_no_export(
    records: Records, kept: list[DecisionRecord], tmp_path: Path
) -> None:
    path, keys = _exported(records, tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    for content in (b"".join(lines[:-1]), b"", b"{}\n", b"\xff", b"".join(lines) + lines[1]):
        path.write_bytes(content)
        with pytest.raises(WrongAuditFile):
            verify_file(path, keys)


def test_heads_are_appended_signed_and_for_the_owner_alone(
    records: Records, kept: list[DecisionRecord], new_record: NewRecord
) -> None:
    before = records.heads.file.read_bytes()
    records.heads.publish()
    # Nothing has moved.
    assert records.heads.file.read_bytes() == before
    records.decisions.store(new_record(institution="bank-001"))
    records.heads.publish()
    after = records.heads.file.read_bytes()
    assert after.startswith(before)
    last = orjson.loads(after.splitlines()[-1])
    assert (last["institution"], last["sequence"]) == ("bank-001", 6)
    assert records.heads.file.stat().st_mode & 0o077 == 0
    assert records.heads.signer.path.stat().st_mode & 0o077 == 0


def _cut_off(file: Path) -> None:
    """Leave in the file what a process leaves that dies while it writes a line."""
    with file.open("ab") as opened:
        opened.write(file.read_bytes()[:100])


def test_a_line_that_is_cut_off_spoils_no_other(
    records: Records,
    kept: list[DecisionRecord],
    new_record: NewRecord,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _cut_off(records.heads.file)
    records.decisions.store(new_record(institution="bank-001"))
    records.heads.publish()
    found = verified(records)
    assert (found.broken, found.heads) == (None, 3)
    (told,) = caplog.messages
    assert f"{records.heads.file} 第 3 行不完整" in told
    assert f"line 3 of {records.heads.file} is cut off" in told


def test_a_head_without_its_line_feed_is_whole(
    records: Records,
    kept: list[DecisionRecord],
    new_record: NewRecord,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = records.heads.file
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    records.decisions.store(new_record(institution="bank-001"))
    records.heads.publish()
    assert verified(records).heads == 3
    assert caplog.messages == []


def test_heads_behind_a_line_that_is_cut_off_are_still_compared(
    records: Records,
    kept: list[DecisionRecord],
    new_record: NewRecord,
    attacking: Callable[[], Any],
) -> None:
    _cut_off(records.heads.file)
    last = new_record(institution="bank-001")
    records.decisions.store(last)
    records.heads.publish()
    with attacking() as connection:
        connection.execute(delete(decisions).where(decisions.c.id == last.id))
        connection.execute(delete(chain).where(chain.c.subject == last.id))
    found = verified(records).broken
    assert found is not None
    assert (found.kind, found.institution, found.sequence) == ("cut", "bank-001", 6)


@pytest.mark.parametrize("line", [b"{}", b"null", b'{"form":"fanzha.head/1","sequence":1}'])
def test_a_line_that_is_whole_and_no_head_is_refused(
    line: bytes, records: Records, kept: list[DecisionRecord]
) -> None:
    with records.heads.file.open("ab") as opened:
        opened.write(line + b"\n")
    with pytest.raises(WrongAuditFile) as refused:
        read_heads(records.heads.file)
    assert refused.value.where.line == 3


def test_a_file_without_any_line_that_can_be_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    file.write_text("-----BEGIN PUBLIC KEY-----\n")
    with pytest.raises(WrongAuditFile):
        read_heads(file)
    file.write_text("")
    assert read_heads(file) == []


def test_a_database_of_before_is_chained_when_it_is_upgraded(
    records: Records, kept: list[DecisionRecord], attacking: Callable[[], Any]
) -> None:
    # The step is run again on a database whose chain was taken away.
    from fanzha.records.migrations.versions import v0005_chain_purges_reads_rules as step

    with attacking() as connection:
        connection.execute(delete(chain))
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        with Operations.context(MigrationContext.configure(connection)):
            step._fill(chain_as_text())
    found = verified(records, heads=False)
    assert (found.broken, found.decisions) == (None, len(kept))
    assert found.chains == 2


def chain_as_text() -> Any:
    """The table as the step has it: times are texts there."""
    import sqlalchemy as sa

    return sa.table("chain", *(sa.column(each.name) for each in chain.columns))


class _LedgerOf:
    """The ledger over one open connection."""

    def __new__(cls, connection: Connection) -> Any:
        from fanzha.records.ledger import Ledger

        class Inside:
            @contextmanager
            def reading(self) -> Iterator[Connection]:
                yield connection

        return Ledger(Inside())  # type: ignore[arg-type]


def test_times_from_before_do_not_hide_a_chain(
    records: Records, kept: list[DecisionRecord]
) -> None:
    early = Span(until=kept[0].recorded_at - timedelta(days=1))
    assert verified(records, early).chains == 0
