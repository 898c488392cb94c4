"""Writes decisions in groups: one commit for all that wait, by the thread that waits longest.

Whoever finds nobody writing leads: it writes the group that its own decision is in, then hands the
lead to the first of those that came meanwhile. A thread of its own would cost each lone decision
two changes of threads, which is as much as the write.

A group is whatever came while the last commit ran. Where others are on their way, which threads
say that judge (`coming`), the leader waits for them a moment: they share the price of one commit.
A lone decision waits for no timer.

The hash chain grows in `_insert`, inside the transaction: there, and nowhere else, the order of the
records of one institution and writer is known. Each writer begins chains of its own, so nothing is
read before it writes and no two processes wait for each other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Self

from sqlalchemy import Connection, bindparam, delete, exc, insert, select

from fanzha.errors import AlreadySuperseded, FanzhaError, Location, StoreUnavailable
from fanzha.model.text import Text
from fanzha.records.away import kind_of
from fanzha.records.chain import Chain, ChainDraft, EntryKind, decision_digest
from fanzha.records.database import PATIENCE_SECONDS, Database
from fanzha.records.decision_record import DecisionRecord, Filing
from fanzha.records.idempotency import INSERT_CLAIMS, is_taken, row_of, taken
from fanzha.records.tables import (
    chain,
    decision_links,
    decision_obligations,
    decisions,
    due_decisions,
)
from fanzha.records.writes import Execute, HeldUp

_log = logging.getLogger(__name__)

QUEUE_AT_MOST = 1024
GROUP_AT_MOST = 256
WAIT_AT_MOST_SECONDS = 30.0
HANGS_AFTER_SECONDS = 30.0
"""A write that takes so long is cut off as soon as another one has waited for it in vain."""
GATHER_AT_MOST_SECONDS = 0.003
"""As long as a few checks take to judge: slower ones are not waited for."""

# Faults of a row, not of the database: an id that exists, a value that a column refuses.
_ROW_IS_AT_FAULT = (exc.IntegrityError, exc.DataError)
_NOT_COMMITTED = (*_ROW_IS_AT_FAULT, HeldUp)

_INSERT_DECISIONS = insert(decisions)
_INSERT_ENTRIES = insert(chain)
_INSERT_FINDINGS = insert(decision_obligations)
_INSERT_LINKS = insert(decision_links)
_INSERT_DEADLINES = insert(due_decisions)
_UNLIST = delete(due_decisions).where(due_decisions.c.decision_id == bindparam("superseded"))


@dataclass(slots=True, eq=False)
class _Waiting:
    """One decision on its way, and the thread that waits for it."""

    record: DecisionRecord
    filing: Filing
    digest: str
    """Of both, for the chain. Computed by the caller's thread: it does not hang on the order."""
    called: threading.Lock = field(default_factory=threading.Lock)
    """Held until its thread is called: its decision is settled, or it is to lead."""
    is_settled: bool = False
    failure: FanzhaError | None = None

    def __post_init__(self) -> None:
        self.called.acquire()


class GroupingWriter:
    """Takes decisions from many threads; each caller goes on when its own is committed."""

    def __init__(
        self,
        database: Database,
        *,
        queue_at_most: int = QUEUE_AT_MOST,
        group_at_most: int = GROUP_AT_MOST,
        wait_at_most_seconds: float = WAIT_AT_MOST_SECONDS,
        hangs_after_seconds: float = HANGS_AFTER_SECONDS,
        gather_at_most_seconds: float = GATHER_AT_MOST_SECONDS,
        started: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._writes = database.open_writes()
        self._started: Callable[[], None] | None = started
        self._queue_at_most = queue_at_most
        self._group_at_most = group_at_most
        self._wait_at_most_seconds = wait_at_most_seconds
        self._hangs_after_seconds = hangs_after_seconds
        self._gather_at_most_seconds = gather_at_most_seconds
        self._lock = threading.Lock()
        """Guards what follows; never held while anything is written."""
        self._queue: deque[_Waiting] = deque()
        self._leader: _Waiting | None = None
        self._led_since = 0.0
        self._is_closed = False
        self._at_rest = threading.Condition(self._lock)
        self._coming = 0
        self._gathered = threading.Condition(self._lock)
        self.chain = Chain()
        self.commits = 0
        """How many groups were committed; with the count of decisions it says how large."""

    @property
    def is_writing(self) -> bool:
        """Whether some thread leads."""
        return self._leader is not None

    @property
    def waiting(self) -> int:
        """How many decisions wait beside that of the thread that leads."""
        with self._lock:
            return self._waiting()

    def coming(self) -> Coming:
        """Say that a decision is on its way; it is stored by what is returned, or not at all."""
        return Coming(self)

    def store(self, record: DecisionRecord, filing: Filing | None = None) -> None:
        """Return when the record is committed; raise StoreUnavailable when it is not known to be.

        Raises AlreadySuperseded when another decision took the place that this one was to take.
        Where a commit took too long or lost its connection, the record may be kept all the
        same: a decision that nobody was told, which does no harm.
        """
        with self.coming() as coming:
            coming.store(record, filing)

    def close(self) -> None:
        """Wait until what waits is written; later calls of `store` are refused."""
        with self._lock:
            self._is_closed = True
            while self._leader is not None:
                if not self._at_rest.wait(self._hangs_after_seconds):
                    self._cut_off_what_hangs()
            self._writes.close()

    def _announce(self) -> None:
        with self._lock:
            self._coming += 1

    def _withdraw(self) -> None:
        with self._lock:
            self._arrive()

    def _arrive(self) -> None:
        self._coming -= 1
        if not self._coming:
            self._gathered.notify()

    def _take(self, waiting: _Waiting) -> None:
        if not self._admit(waiting) and not waiting.called.acquire(
            timeout=self._wait_at_most_seconds
        ):
            self._give_up(waiting)
        if not waiting.is_settled:
            self._lead()
        if waiting.failure:
            # A new one for each: an error that several threads raise mixes their tracebacks.
            failure = waiting.failure
            raise type(failure)(
                failure.message, hint=failure.hint, where=failure.where
            ) from failure

    def _admit(self, waiting: _Waiting) -> bool:
        """Put it into the queue; return whether its thread is to lead."""
        with self._lock:
            self._arrive()
            if self._is_closed:
                raise _not_kept(Text(zh="服务正在停止", en="the service is stopping"))
            if self._waiting() >= self._queue_at_most:
                raise _not_kept(
                    Text(zh="等待写入的决定过多", en="too many decisions wait to be written")
                )
            if self._started:
                # Not before: threads do not survive a fork, and servers fork after they import.
                self._started()
                self._started = None
            self._queue.append(waiting)
            if self._leader is None:
                self._leader = waiting
            return self._leader is waiting

    def _waiting(self) -> int:
        # Whoever leads stands first, until its turn to write has come.
        is_led = bool(self._queue) and self._queue[0] is self._leader
        return len(self._queue) - is_led

    def _give_up(self, waiting: _Waiting) -> None:
        """Raise StoreUnavailable, unless its thread was called at the last moment."""
        with self._lock:
            if waiting.is_settled or self._leader is waiting:
                return
            if waiting in self._queue:
                self._queue.remove(waiting)
            self._cut_off_what_hangs()
        raise StoreUnavailable(
            Text(zh="写入数据库超时", en="the database took too long to write"),
            hint=Text(zh="请稍后重试", en="try again in a moment"),
        )

    def _cut_off_what_hangs(self) -> None:
        if time.monotonic() - self._led_since >= self._hangs_after_seconds:
            self._writes.cut_off()

    def _lead(self) -> None:
        """Write the next group, in which the leader's own decision is first, and hand the lead on.

        Whatever happens the lead is handed on: were it not, every later decision would wait in
        vain.
        """
        group: list[_Waiting] = []
        faults: dict[_Waiting, FanzhaError] | None = None
        failure: FanzhaError = _write_failed()
        try:
            self._gather()
            faults = self._write(group)
        except StoreUnavailable as error:
            failure = error
        except Exception as error:  # noqa: BLE001
            _log.error("could not write a group of decisions: %s", type(error).__name__)
        finally:
            if not group:
                # There was no transaction to be had: nobody is left to wait for the next one.
                self._take_group(group)
                faults = None
            self._hand_on(group, dict.fromkeys(group, failure) if faults is None else faults)

    def _gather(self) -> None:
        with self._lock:
            self._led_since = time.monotonic()
            if self._coming:
                self._gathered.wait(self._gather_at_most_seconds)

    def _take_group(self, group: list[_Waiting]) -> None:
        with self._lock:
            while self._queue and len(group) < self._group_at_most:
                group.append(self._queue.popleft())

    def _hand_on(self, group: list[_Waiting], faults: Mapping[_Waiting, FanzhaError]) -> None:
        with self._lock:
            for waiting in group:
                waiting.failure = faults.get(waiting)
                waiting.is_settled = True
            self._leader = self._queue[0] if self._queue else None
            if self._leader is None:
                self._at_rest.notify_all()
            else:
                self._leader.called.release()
        for waiting in group[1:]:
            waiting.called.release()

    def _write(self, group: list[_Waiting]) -> dict[_Waiting, FanzhaError]:
        """Commit the group; return the failures of single rows, which do not harm the others.

        Fills `group` once no other process writes: whatever has come by then is in it.
        """
        try:
            self._commit(group, fill=self._take_group)
        except _NOT_COMMITTED:
            return self._write_singly(group)
        return {}

    def _write_singly(self, group: Sequence[_Waiting]) -> dict[_Waiting, FanzhaError]:
        """Commit each by itself: none waits for what another of them holds."""
        faults: dict[_Waiting, FanzhaError] = {}
        until = time.monotonic() + PATIENCE_SECONDS
        # Those with a key come last: another process may be writing under the same one.
        for waiting in sorted(group, key=lambda each: each.filing.claim is not None):
            failure = _held_up() if time.monotonic() > until else self._write_alone(waiting)
            if failure:
                faults[waiting] = failure
        return faults

    def _write_alone(self, waiting: _Waiting) -> FanzhaError | None:
        try:
            try:
                self._commit([waiting])
            except _ROW_IS_AT_FAULT as error:
                return self._refusal(waiting, error)
        except HeldUp:
            return _held_up()
        except StoreUnavailable as failure:
            return failure
        # A mistake of ours in one row: of those before it, which are kept, it says nothing.
        except Exception as error:  # noqa: BLE001
            _log.error("could not write a decision: %s", type(error).__name__)
            return _write_failed()
        return None

    def _refusal(self, waiting: _Waiting, error: Exception) -> FanzhaError:
        """Return why the database refused a row."""
        with self._database.reading() as connection:
            if waiting.filing.claim and is_taken(connection, waiting.filing.claim):
                return taken()
            link = waiting.filing.link
            successor = _successor(connection, link.earlier_id) if link else None
            if link and successor:
                return already_superseded(link.earlier_id, successor)
        _log.error("a decision could not be kept: %s", kind_of(error))
        return _not_kept(Text(zh="数据库拒绝了该决定", en="the database refused this decision"))

    def _commit(
        self,
        group: list[_Waiting],
        *,
        fill: Callable[[list[_Waiting]], None] = lambda _: None,
    ) -> None:
        """Write a group, which `fill` fills at the last moment, in one transaction."""
        draft = self.chain.draft()
        try:
            with self._writes.transaction() as execute:
                fill(group)
                _insert(execute, group, draft)
        except _NOT_COMMITTED:
            raise
        except BaseException:
            # Committed or not: that is not always known.
            self.chain.restart()
            raise
        self.chain.take(draft)
        self.commits += 1


class Coming:
    """A decision on its way. A context: whoever leaves it without storing is not waited for."""

    def __init__(self, writer: GroupingWriter) -> None:
        self._writer = writer
        self._is_announced = False

    def __enter__(self) -> Self:
        self._writer._announce()
        self._is_announced = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_announced:
            self._writer._withdraw()

    def store(self, record: DecisionRecord, filing: Filing | None = None) -> None:
        """Do what `GroupingWriter.store` does, which has the errors, for this one."""
        filing = filing or Filing()
        waiting = _Waiting(record, filing, decision_digest(record, filing))
        self._is_announced = False
        self._writer._take(waiting)


def _insert(execute: Execute, group: Sequence[_Waiting], draft: ChainDraft) -> None:
    claims = [
        row_of(each.filing.claim, each.record.id, each.record.recorded_at)
        for each in group
        if each.filing.claim
    ]
    if claims:
        execute(INSERT_CLAIMS, _in_order(claims, "digest"))
    execute(_INSERT_DECISIONS, [waiting.record.as_row() for waiting in group])
    entries = [
        draft.append(
            each.record.institution,
            EntryKind.DECISION,
            each.record.id,
            each.digest,
            each.record.recorded_at,
        )
        for each in group
    ]
    execute(_INSERT_ENTRIES, entries)
    # Most decisions leave nothing open and take nobody's place: they cost one statement.
    findings = [
        {"decision_id": each.record.id, "obligation": obligation, "status": status}
        for each in group
        for obligation, status in each.filing.open_obligations.items()
    ]
    if findings:
        execute(_INSERT_FINDINGS, findings)
    links = [
        {
            "decision_id": each.record.id,
            "relation": each.filing.link.relation.value,
            "earlier_id": each.filing.link.earlier_id,
        }
        for each in group
        if each.filing.link
    ]
    if links:
        execute(_INSERT_LINKS, _in_order(links, "earlier_id"))
    deadlines = [
        {
            "decision_id": each.record.id,
            "institution": each.record.institution,
            "due_at": each.filing.due_at,
            "look_at": each.filing.due_at,
        }
        for each in group
        if each.filing.due_at
    ]
    if deadlines:
        execute(_INSERT_DEADLINES, deadlines)
    if links:
        # What another decision took the place of waits for no deadline any more.
        done = [{"superseded": each["earlier_id"]} for each in links]
        execute(_UNLIST, _in_order(done, "superseded"))


def _in_order(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    # Two processes that wait for each other's rows would both wait in vain.
    return sorted(rows, key=itemgetter(name))


def _not_kept(message: Text) -> StoreUnavailable:
    return StoreUnavailable(
        message,
        hint=Text(zh="没有保存任何内容，请稍后重试", en="nothing was kept; try again in a moment"),
    )


def _write_failed() -> StoreUnavailable:
    return _not_kept(Text(zh="写入失败", en="the write failed"))


def _held_up() -> StoreUnavailable:
    return _not_kept(
        Text(
            zh="另一个事务占用着写入所需的数据",
            en="another transaction holds what this one needs to be written",
        )
    )


def _successor(connection: Connection, earlier_id: str) -> str | None:
    query = select(decision_links.c.decision_id)
    taken = decision_links.c.earlier_id == earlier_id
    return connection.execute(query.where(taken)).scalar_one_or_none()


def already_superseded(earlier: str, successor: str) -> AlreadySuperseded:
    """Return the error for a decision whose place is taken, which names the one that stands."""
    return AlreadySuperseded(
        Text(
            zh=f"决定 `{earlier}` 已由 `{successor}` 取代",
            en=f"decision `{successor}` already stands in place of `{earlier}`",
        ),
        hint=Text(
            zh=f"请在 supersedes 中填写现行的一项：{successor}",
            en=f"name the one that stands in `supersedes`: {successor}",
        ),
        where=Location(path="supersedes"),
    )
