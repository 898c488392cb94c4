"""Judges again what was pending, once its time has come: from the record, with the clock of now."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from fanzha.errors import AlreadySuperseded, FanzhaError, StoreUnavailable
from fanzha.records import DecisionRecord, DueDecision, Link, Records, Relation
from fanzha.usecases.check_form import find_check_type
from fanzha.usecases.decision import Json, decide
from fanzha.usecases.filing import filing_of
from fanzha.usecases.judge import judge
from fanzha.usecases.keep import record_of
from fanzha.usecases.kept_check import read_kept
from fanzha.usecases.rulebook import Rulebook

AT_ONCE = 100
PAUSE_AFTER_FAILURE = timedelta(hours=1)
LEASE = "due"
LEASE_LENGTH = timedelta(minutes=10)
"""How long a worker that died keeps others from its work."""

IsStopped = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class JudgedAgain:
    """What fell due, and the decision that follows it; None where it could not be judged."""

    due: DueDecision
    decision: Json | None


_log = logging.getLogger(__name__)


def judge_again(
    due: DueDecision, records: Records, rulebook: Rulebook, *, id_: str, now: datetime
) -> Json:
    """Judge the facts of a stored decision as they stand `now`, store the answer and return it.

    Nothing is asked but the record: the roles, the licence and the attestations of then. What
    was done since and never posted is not known, so the institution should correct it then.
    Raises the errors of `judge`, UnknownDomain or UnknownCheckType where no plugin has it any
    more, and AlreadySuperseded where another stands in its place by now.
    """
    record = records.decisions.get_record(due.decision_id)
    # A plugin can have gone since: that costs this decision and no other.
    find_check_type(record.domain, record.check_type, rulebook.law)
    kept = read_kept(record, now, rulebook, records.digests)
    judgement = judge(kept.check, kept.institution, rulebook, kept.profile)
    decision = decide(judgement, rulebook, id_=id_, now=now)
    decision["follows"] = due.decision_id
    content = orjson.dumps(decision)
    made = record_of(judgement, decision, content, rulebook, records.digests, now)
    filing = filing_of(judgement, Link(Relation.FOLLOWS, due.decision_id))
    records.decisions.store(_with_what_was_kept(made, record), filing)
    return decision


def _with_what_was_kept(made: DecisionRecord, first: DecisionRecord) -> DecisionRecord:
    """Return the record with the facts of the first, to the digest, so that it can be repeated."""
    check = orjson.loads(made.check_json)
    before = orjson.loads(first.check_json)
    context = orjson.loads(made.context_json)
    check |= {name: before[name] for name in ("facts", "circumstances")}
    derived = orjson.loads(first.context_json).get("derived", {})
    context["derived"] = {**derived, **context["derived"]}
    return replace(made, check_json=orjson.dumps(check), context_json=orjson.dumps(context))


def judge_due(
    records: Records,
    rulebook: Rulebook,
    *,
    new_id: Callable[[], str],
    clock: Callable[[], datetime],
    past_failures: bool = False,
    limit: int = AT_ONCE,
) -> Iterator[JudgedAgain]:
    """Judge again what has fallen due, the earliest first, and go through what came of it.

    What cannot be judged is left for an hour, with the code of its error; it holds up no other.
    With `past_failures` such ones are tried again now.
    """
    for due in records.due.until(clock(), limit=limit, past_failures=past_failures):
        now = clock()
        try:
            decision = judge_again(due, records, rulebook, id_=new_id(), now=now)
        except AlreadySuperseded:
            # The institution was quicker: its correction stands, and nothing is due any more.
            continue
        except StoreUnavailable:
            raise
        except FanzhaError as error:
            _log.warning("decision %s cannot be judged again: %s", due.decision_id, error.code)
            records.due.postpone(due.decision_id, now + PAUSE_AFTER_FAILURE, error.code)
            yield JudgedAgain(replace(due, failure=error.code), None)
        else:
            yield JudgedAgain(due, decision)


class DueWorker:
    """A thread that looks every so many seconds; of all processes one at a time does the work.

    The work is given a function that tells whether to stop, to ask after each decision.
    """

    def __init__(self, work: Callable[[IsStopped], int], *, seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fanzha-due", daemon=True)

    def start(self) -> None:
        """Begin; the first look is after one interval."""
        self._thread.start()

    def stop(self) -> None:
        """End once the decision under way is stored."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                done = self._work(self._stop.is_set)
            except StoreUnavailable:
                # Told by the database already; the next look may find it back.
                continue
            # The edge of the thread: were it to end, deadlines would pass unseen.
            except Exception as error:  # noqa: BLE001
                _log.error("could not judge what is due: %s", type(error).__name__)
                continue
            if done:
                _log.info("judged %d decisions again, whose deadlines had passed", done)
