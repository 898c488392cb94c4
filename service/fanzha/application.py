"""The composition root: wires the concrete parts, and is what web and cli call."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

import orjson

from fanzha.errors import (
    FanzhaError,
    Location,
    NotFound,
    StoreUnavailable,
    UnknownInstitution,
    WrongInstitution,
)
from fanzha.model.access import KeyHolder
from fanzha.model.attestation import NOTHING_ATTESTED, Profile
from fanzha.model.check import Check
from fanzha.model.institution import Institution
from fanzha.model.law import Law
from fanzha.model.text import Text
from fanzha.model.value_types import CHINA_TIME
from fanzha.records import Link, Records, open_records
from fanzha.records.decision_id import RandomBytes, new_decision_id
from fanzha.records.idempotency import Claim, Taken
from fanzha.records.reads import Reader
from fanzha.settings import Settings
from fanzha.usecases.attestation_form import read_attestations
from fanzha.usecases.cases import read_cases
from fanzha.usecases.check_form import read_check
from fanzha.usecases.coverage import coverage
from fanzha.usecases.decision import decide
from fanzha.usecases.due_decisions import (
    LEASE,
    LEASE_LENGTH,
    DueWorker,
    IsStopped,
    JudgedAgain,
    judge_due,
)
from fanzha.usecases.filing import correction_of, filing_of
from fanzha.usecases.judge import judge
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.keep import record_of
from fanzha.usecases.legal_calendar import china_day
from fanzha.usecases.list_decisions import list_decisions
from fanzha.usecases.profile import attestations_on, profile_report
from fanzha.usecases.registry_entry import refuse_wrong_entry
from fanzha.usecases.replay import replay
from fanzha.usecases.report import note_reads, quoted_in, report, report_rows
from fanzha.usecases.rule_keeping import keep_rules
from fanzha.usecases.rulebook import Rulebook, open_rulebook
from fanzha.usecases.run_time import RunTimes
from fanzha.usecases.self_test_runs import SelfTestRuns

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, and the bytes of it that are stored and sent."""

    decision: dict[str, Any]
    content: bytes
    is_repeated: bool = False
    """Whether it was given before, to a request with the same key."""


class _Judged(NamedTuple):
    at: datetime
    judgement: Judgement
    decision: dict[str, Any]
    content: bytes
    link: Link | None


class Application:
    """One process's service: the law, the record, and the clock."""

    def __init__(
        self,
        settings: Settings,
        rulebook: Rulebook,
        *,
        records: Records | None = None,
        institutions: Mapping[str, Institution] | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.rulebook = rulebook
        self._records = records
        self._institutions = institutions
        self._clock = clock
        self._worker: DueWorker | None = None
        self._name = secrets.token_hex(8)
        self._random = RandomBytes()
        self._coverage: dict[str, dict[str, Any]] = {}
        self.run_times = RunTimes(settings.check_seconds)
        self._self_tests = self._new_self_tests(records) if records is not None else None

    @property
    def law(self) -> Law:
        """The law as loaded."""
        return self.rulebook.law

    @property
    def records(self) -> Records:
        """What is kept; raises RuntimeError in an application that was opened without."""
        if self._records is None:
            raise RuntimeError("this application was opened without records")
        return self._records

    @property
    def self_tests(self) -> SelfTestRuns:
        """Runs of worked cases; raises RuntimeError in an application opened without records."""
        if self._self_tests is None:
            raise RuntimeError("this application was opened without records")
        return self._self_tests

    @property
    def today(self) -> date:
        """The day it is in China."""
        return china_day(self._clock())

    def evaluate(
        self,
        body: Mapping[str, Any],
        *,
        explain: bool = False,
        record: bool | None = None,
        caller: str | None = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Judge one posted check, store the decision, and return it.

        `record` decides whether it is stored; None leaves that to the check. `caller` is the
        institution whose key came with it. With `idempotency_key` a check that was posted before
        is answered as it was then, as long as that decision is kept.

        Raises the errors of `read_check` and `judge`, UnknownInstitution, WrongInstitution,
        CheckTooSlow, StoreUnavailable when it could not be kept, and the errors of `Idempotency`.
        """
        stores = record if record is not None else body.get("record", True) is not False
        claim: Claim | None = None
        if idempotency_key is not None:
            claim = self.records.idempotency.claim(
                f"checks of {caller}", idempotency_key, {"explain": explain, "check": body}
            )
        if not stores:
            judged = self._judge(body, caller, explain=explain)
            return Answer(judged.decision, judged.content)
        if claim is None:
            return self._judge_and_store(body, caller, explain=explain)
        if self.records.idempotency.was_seen(claim) and (earlier := self._made(claim)):
            return earlier
        try:
            return self._judge_and_store(body, caller, explain=explain, claim=claim)
        except StoreUnavailable:
            raise
        except FanzhaError:
            # Taken, or refused because it was made before, as a correction is the second time.
            if earlier := self._made(claim):
                return earlier
            raise

    def _judge_and_store(
        self,
        body: Mapping[str, Any],
        caller: str | None,
        *,
        explain: bool,
        claim: Claim | None = None,
    ) -> Answer:
        with self.records.decisions.coming() as coming:
            judged = self._judge(body, caller, explain=explain)
            filing = filing_of(judged.judgement, judged.link)
            row = record_of(
                judged.judgement,
                judged.decision,
                judged.content,
                self.rulebook,
                self.records.digests,
                judged.at,
            )
            coming.store(row, replace(filing, claim=claim) if claim else filing)
        return Answer(judged.decision, judged.content)

    def _judge(self, body: Mapping[str, Any], caller: str | None, *, explain: bool) -> _Judged:
        with self.run_times.running() as refuse_late:
            now = self._clock()
            check = read_check(
                body,
                self.law,
                self.rulebook.reader,
                now,
                maximum_facts=self.settings.maximum_facts,
            )
            institution = self._institution(check, caller)
            judgement = judge(check, institution, self.rulebook, self._profile(check.institution))
            refuse_late()
            link = correction_of(check, self.records) if check.supersedes else None
            id_ = self._new_id()
            decision = decide(judgement, self.rulebook, id_=id_, now=now, explain=explain)
            content = orjson.dumps(decision)
            refuse_late()
        return _Judged(now, judgement, decision, content, link)

    def _made(self, claim: Claim) -> Answer | None:
        """Return the answer that was given under the claim, if any."""
        made = self.records.idempotency.made(claim)
        if made is None:
            return None
        content = self.records.idempotency.answer(made)
        return Answer(orjson.loads(content), content, is_repeated=True)

    def start_self_test(
        self, body: Mapping[str, Any], holder: KeyHolder, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Queue a run of worked cases and return it, or the one queued under the same key before.

        Raises the errors of `SelfTestRuns.request` and of `Idempotency`.
        """
        claim: Claim | None = None
        if idempotency_key is not None:
            owner = f"self-tests of {holder.identity}"
            claim = self.records.idempotency.claim(owner, idempotency_key, body)
            if made := self.records.idempotency.made(claim):
                return self.self_tests.requested(made)
        try:
            return self.self_tests.request(body, holder.institution, claim)
        except Taken:
            if claim and (made := self.records.idempotency.made(claim)):
                return self.self_tests.requested(made)
            raise

    def coverage(self, law_key: str) -> dict[str, Any]:
        """Return the account of a law, as of the start; raise NotFound where none is kept."""
        if law_key not in self._coverage:
            cases = read_cases(self.rulebook.folders)
            self._coverage[law_key] = coverage(self.rulebook, cases, law_key)
        return self._coverage[law_key]

    def list_decisions(
        self, asked: Mapping[str, str], *, supervisor: str | None = None
    ) -> dict[str, Any]:
        """Return one page of summaries, with `supervisor` of those it supervises.

        Raises WrongQuery and BadDate.
        """
        return list_decisions(
            self.records.decisions,
            asked,
            maximum_page=self.settings.maximum_page,
            supervisor=supervisor,
        )

    def report(
        self, institution_id: str, first: date, last: date, reader: Reader
    ) -> dict[str, Any]:
        """Return the report on an institution's acts of those days, with that of its profile.

        The profile is that of the last day, or of today where that is still to come. The
        decisions that it quotes are recorded as read. Raises NotFound for an institution that is
        not registered, and WrongQuery.
        """
        made = report(
            self.records.reports,
            self.institution(institution_id),
            first,
            last,
            self.rulebook,
            now=self._clock(),
            profile=self.profile(institution_id, min(last, self.today))["report"],
        )
        note_reads(self.records.reads, quoted_in(made), reader)
        return made

    def report_rows(
        self, institution_id: str, first: date, last: date, reader: Reader
    ) -> Iterator[Mapping[str, Any]]:
        """Go through the rows of the report's table, each recorded as read.

        Raises NotFound and WrongQuery.
        """
        self.institution(institution_id)
        records = self.records
        yield from report_rows(records.reports, institution_id, first, last, records.reads, reader)

    def replay(self, decision_id: str) -> dict[str, Any]:
        """Judge a stored decision again by the rules of then, and say what differs.

        Raises NotFound, DecisionPurged, ReplayImpossible, and the errors of `judge`.
        """
        return replay(decision_id, self.records, self.rulebook)

    def judge_due(self, *, past_failures: bool = False) -> Iterator[JudgedAgain]:
        """Judge again what has fallen due, a part at a time, and go through what came of it.

        What has failed is tried again after an hour, or now with `past_failures`.
        """
        return judge_due(
            self.records,
            self.rulebook,
            new_id=self._new_id,
            clock=self._clock,
            past_failures=past_failures,
        )

    def start_due_worker(self) -> None:
        """Judge what falls due in the background from now on, unless the settings say not to."""
        if self.settings.due_seconds:
            self._worker = DueWorker(self._judge_due_alone, seconds=self.settings.due_seconds)
            self._worker.start()

    def _judge_due_alone(self, is_stopped: IsStopped) -> int:
        """Do the work if no other process does, until told to stop or the lease is lost."""
        done = 0
        while not is_stopped() and self._has_lease():
            found = 0
            for each in self.judge_due():
                found += each.decision is not None
                # A backlog may take longer than the process is given to end.
                if is_stopped():
                    break
            done += found
            if not found:
                break
        return done

    def _has_lease(self) -> bool:
        return self.records.due.take_lease(LEASE, self._name, self._clock(), LEASE_LENGTH)

    def _new_id(self) -> str:
        return new_decision_id(self._clock, self._random)

    def _institution(self, check: Check, caller: str | None) -> Institution:
        if caller is not None and caller != check.institution:
            raise WrongInstitution(
                Text(
                    zh=f"密钥不属于机构 `{check.institution}`",
                    en=f"the key does not belong to institution `{check.institution}`",
                ),
                hint=Text(
                    zh="请填写密钥所属的机构编号",
                    en="name the institution that the key was made for",
                ),
                where=Location(path="institution"),
            )
        if self._institutions is not None:
            found = self._institutions.get(check.institution)
        else:
            found = self.records.institutions.get(check.institution)
        if found is None:
            raise UnknownInstitution(
                Text(
                    zh=f"未登记的机构 `{check.institution}`",
                    en=f"no institution `{check.institution}` is registered",
                ),
                hint=Text(
                    zh="请先登记：fanzha institutions register",
                    en="register it first: fanzha institutions register",
                ),
                where=Location(path="institution"),
            )
        return found

    def _profile(self, institution_id: str) -> Profile:
        # Institutions of a file have none: the record may not even be open.
        if self._institutions is not None:
            return NOTHING_ATTESTED
        return self.records.profiles.get(institution_id)

    def institution(self, institution_id: str) -> Institution:
        """Return what the registry has of an institution; raise NotFound."""
        found = self.records.institutions.get(institution_id)
        if found is None:
            shown = institution_id[:60]
            raise NotFound(
                Text(zh=f"未登记的机构 `{shown}`", en=f"no institution `{shown}` is registered"),
                hint=Text(
                    zh="由运营者登记：PUT /v1/institutions/{id}",
                    en="operators register it: PUT /v1/institutions/{id}",
                ),
            )
        return found

    def register(self, institution: Institution) -> None:
        """Put an institution into the registry; raise Problems for what it cannot hold."""
        refuse_wrong_entry(institution, self.law.roles)
        self.records.institutions.put(institution)

    def attest(self, institution_id: str, body: Mapping[str, Any]) -> None:
        """Add the attestations of `body` to a profile, all or none.

        Raises NotFound, and Problems with everything that is wrong with them.
        """
        institution = self.institution(institution_id)
        added = read_attestations(body, institution, self.rulebook, self.today)
        self.records.profiles.add(institution_id, added, self._clock())

    def profile(self, institution_id: str, day: date | None = None) -> dict[str, Any]:
        """Return the attestations that stand on `day`, today by default, and the report on them.

        Raises NotFound.
        """
        institution = self.institution(institution_id)
        now = self._clock()
        if day is None or day == china_day(now):
            moment = now
        else:
            moment = datetime.combine(day, time(23, 59, 59), tzinfo=CHINA_TIME)
        profile = self.records.profiles.get(institution_id)
        days = self.settings.expiring_days
        return {
            "institution": institution_id,
            "as_of": china_day(moment).isoformat(),
            "attestations": attestations_on(profile, china_day(moment), self.rulebook),
            "report": profile_report(institution, profile, self.rulebook, moment, days),
        }

    def _new_self_tests(self, records: Records) -> SelfTestRuns:
        return SelfTestRuns(
            self.rulebook,
            records.self_tests,
            new_id=self._new_id,
            clock=self._clock,
            editions=self.settings.editions,
            waiting_at_most=self.settings.self_tests_waiting,
        )

    def close(self) -> None:
        """Write what waits and give everything back."""
        if self._self_tests is not None:
            self._self_tests.close()
        if self._worker is not None:
            self._worker.stop()
        if self._records is not None:
            self._records.close()
        self.rulebook.close()


def open_application(
    settings: Settings,
    *,
    records: bool = True,
    institutions: Mapping[str, Institution] | None = None,
) -> Application:
    """Load plugins and law, open the record, and return the application.

    `institutions` stand in place of the registry. Raises whatever stops the start.
    """
    rulebook = open_rulebook(settings)
    try:
        opened = open_records(settings) if records else None
    except BaseException:
        rulebook.close()
        raise
    if opened is not None:
        try:
            keep_rules(rulebook, opened.rule_files)
        except BaseException:
            opened.close()
            rulebook.close()
            raise
    return Application(settings, rulebook, records=opened, institutions=institutions)
