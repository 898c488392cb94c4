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
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import Connection, delete, exc, insert, select

from fanzha.errors import AlreadySuperseded, FanzhaError, Location, StoreUnavailable
from fanzha.model.text import Text
from fanzha.records.away import kind_of
from fanzha.records.chain import Chain, ChainDraft, EntryKind, decision_digest
from fanzha.records.database import Database
from fanzha.records.decision_record import DecisionRecord, Filing
from fanzha.records.idempotency import is_taken, row_of, taken
from fanzha.records.inserts import Insert
from fanzha.records.tables import (
    chain,
    decision_links,
    decision_obligations,
    decisions,
    due_decisions,
    idempotency_keys,
)

_log = logging.getLogger(__name__)

QUEUE_AT_MOST = 1024
GROUP_AT_MOST = 256
WAIT_AT_MOST_SECONDS = 30.0
GATHER_AT_MOST_SECONDS = 0.003
"""As long as a few checks take to judge: slower ones are not waited for."""

# Faults of a row, not of the database: an id that exists, a value that a column refuses.
_ROW_IS_AT_FAULT = (exc.IntegrityError, exc.DataError)


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
        gather_at_most_seconds: float = GATHER_AT_MOST_SECONDS,
        started: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._inserts = database.open_inserts()
        self._started: Callable[[], None] | None = started
        self._queue_at_most = queue_at_most
        self._group_at_most = group_at_most
        self._wait_at_most_seconds = wait_at_most_seconds
        self._gather_at_most_seconds = gather_at_most_seconds
        self._lock = threading.Lock()
        """Guards what follows; never held while anything is written."""
        self._queue: deque[_Waiting] = deque()
        self._leader: _Waiting | None = None
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
        """How many decisions wait for the next group."""
        return len(self._queue)

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
                self._at_rest.wait()
            self._inserts.close()

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
            if len(self._queue) >= self._queue_at_most:
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

    def _give_up(self, waiting: _Waiting) -> None:
        """Raise StoreUnavailable, unless its thread was called at the last moment."""
        with self._lock:
            if waiting.is_settled or self._leader is waiting:
                return
            if waiting in self._queue:
                self._queue.remove(waiting)
        raise StoreUnavailable(
            Text(zh="写入数据库超时", en="the database took too long to write"),
            hint=Text(zh="请稍后重试", en="try again in a moment"),
        )

    def _lead(self) -> None:
        """Write the next group, in which the leader's own decision is first, and hand the lead on.

        Whatever happens the lead is handed on: were it not, every later decision would wait in
        vain.
        """
        with self._lock:
            if self._coming:
                self._gathered.wait(self._gather_at_most_seconds)
            size = min(len(self._queue), self._group_at_most)
            group = [self._queue.popleft() for _ in range(size)]
        faults: dict[_Waiting, FanzhaError] = dict.fromkeys(
            group, _not_kept(Text(zh="写入失败", en="the write failed"))
        )
        try:
            faults = self._write(group)
        except StoreUnavailable as failure:
            faults = dict.fromkeys(group, failure)
        except Exception as error:  # noqa: BLE001
            _log.error("could not write a group of decisions: %s", type(error).__name__)
        finally:
            self._hand_on(group, faults)

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

    def _write(self, group: Sequence[_Waiting]) -> dict[_Waiting, FanzhaError]:
        """Commit the group; return the failures of single rows, which do not harm the others."""
        try:
            draft = self.chain.draft()
            try:
                if any(each.filing.link for each in group):
                    with self._database.writing() as connection:
                        _insert_and_unlist(connection, group, draft)
                else:
                    with self._inserts.transaction() as insert_rows:
                        _insert(insert_rows, group, draft)
                faults: dict[_Waiting, FanzhaError] = {}
            except _ROW_IS_AT_FAULT:
                draft = self.chain.draft()
                with self._database.writing() as connection:
                    faults = _insert_singly(connection, group, draft)
        except BaseException:
            # Committed or not: that is not always known.
            self.chain.restart()
            raise
        self.chain.take(draft)
        self.commits += 1
        return faults


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


def _insert(insert_rows: Insert, group: Sequence[_Waiting], draft: ChainDraft) -> None:
    claims = [
        row_of(each.filing.claim, each.record.id, each.record.recorded_at)
        for each in group
        if each.filing.claim
    ]
    if claims:
        insert_rows(idempotency_keys, claims)
    insert_rows(decisions, [waiting.record.as_row() for waiting in group])
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
    insert_rows(chain, entries)
    # Most decisions leave nothing open and take nobody's place: they cost one statement.
    findings = [
        {"decision_id": each.record.id, "obligation": obligation, "status": status}
        for each in group
        for obligation, status in each.filing.open_obligations.items()
    ]
    if findings:
        insert_rows(decision_obligations, findings)
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
        insert_rows(decision_links, links)
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
        insert_rows(due_decisions, deadlines)


def _insert_and_unlist(
    connection: Connection, group: Sequence[_Waiting], draft: ChainDraft
) -> None:
    _insert(lambda table, rows: connection.execute(insert(table), rows), group, draft)
    # What another decision took the place of waits for no deadline any more.
    done = [each.filing.link.earlier_id for each in group if each.filing.link]
    connection.execute(delete(due_decisions).where(due_decisions.c.decision_id.in_(done)))


def _insert_singly(
    connection: Connection, group: Sequence[_Waiting], draft: ChainDraft
) -> dict[_Waiting, FanzhaError]:
    faults: dict[_Waiting, FanzhaError] = {}
    for waiting in group:
        before = dict(draft.heads)
        try:
            with connection.begin_nested():
                _insert_and_unlist(connection, [waiting], draft)
        except _ROW_IS_AT_FAULT as error:
            draft.heads = before
            if waiting.filing.claim and is_taken(connection, waiting.filing.claim):
                faults[waiting] = taken()
                continue
            link = waiting.filing.link
            successor = _successor(connection, link.earlier_id) if link else None
            if link and successor:
                faults[waiting] = already_superseded(link.earlier_id, successor)
                continue
            _log.error("a decision could not be kept: %s", kind_of(error))
            faults[waiting] = _not_kept(
                Text(zh="数据库拒绝了该决定", en="the database refused this decision")
            )
    return faults


def _not_kept(message: Text) -> StoreUnavailable:
    return StoreUnavailable(
        message,
        hint=Text(zh="没有保存任何内容，请稍后重试", en="nothing was kept; try again in a moment"),
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
