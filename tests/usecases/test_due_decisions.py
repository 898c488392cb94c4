"""What was pending is judged again once its time has come, from the record alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.records import Filing, Filters, Records, open_records, upgrade
from fanzha.settings import Settings
from fanzha.usecases.due_decisions import DueWorker, IsStopped
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]

EXAMPLES = Path(__file__).parents[2] / "examples"
DUTY = "cn.miit_mps_notice_2021.i4.3"
POSTED = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)
DUE = datetime.fromisoformat("2026-03-03T09:00:00+08:00")
CHECK: Json = {
    "domain": "telecom",
    "check_type": "phone_card_monitoring",
    "stage": "done",
    "institution": "telecom-001",
    "occurred_at": "2026-03-02T10:15:00+08:00",
    "facts": {
        "card_risk_category": "silent_card",
        "verification_reminder_sent": True,
        "verification_reminder_sent_at": "2026-03-02T09:00:00+08:00",
        "verification_window_stated_hours": 24,
        "reverification_result": "not_completed",
        "card_functions_active": True,
        "restriction_imposed": False,
    },
}


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = POSTED

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    settings = _settings(tmp_path)
    upgrade(settings.database_url)
    opened = open_records(settings)
    for institution in read_institutions(EXAMPLES / "institutions.yaml").values():
        opened.institutions.put(institution)
    yield opened
    opened.close()


@pytest.fixture
def application(tmp_path: Path, rulebook: Rulebook, records: Records, clock: Clock) -> Application:
    return Application(_settings(tmp_path), rulebook, records=records, clock=clock)


def _settings(folder: Path) -> Settings:
    return Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{folder / 'fanzha.db'}",
            "FANZHA_SECRET_KEY_FILE": str(folder / "secret.key"),
            "FANZHA_DUE_SECONDS": "1",
        }
    )


def _status(decision: Json) -> str:
    (found,) = [each["status"] for each in decision["obligations"] if each["id"] == DUTY]
    return str(found)


def _again(application: Application) -> list[Json]:
    return [each.decision for each in application.judge_due() if each.decision]


def test_nothing_is_judged_before_the_deadline_is_over(
    application: Application, clock: Clock
) -> None:
    assert _status(application.evaluate(CHECK).decision) == "pending"
    clock.now = DUE
    assert _again(application) == []


def test_a_duty_not_met_in_time_is_breached_by_a_new_decision_that_follows(
    application: Application, clock: Clock, records: Records
) -> None:
    first = application.evaluate(CHECK).decision
    clock.now = DUE + timedelta(seconds=1)
    (second,) = _again(application)
    assert second["follows"] == first["id"]
    assert _status(second) == "violated"
    assert second["outcome"] == "non_compliant"
    assert datetime.fromisoformat(second["check"]["known_at"]) == clock.now
    assert second["law"]["as_of"] == "2026-03-02"
    assert records.decisions.get(first["id"])["links"] == {"followed_by": second["id"]}
    kept = records.decisions.page(Filters(obligation=DUTY), limit=10)
    assert [each["id"] for each in kept] == [second["id"]]
    # It is pending no more.
    assert _again(application) == []


def test_the_record_alone_is_asked(
    application: Application, clock: Clock, records: Records
) -> None:
    application.evaluate(CHECK)
    other = Institution("telecom-001", Text(zh="改行", en="Changed"), ("bank",), date(2026, 3, 3))
    records.institutions.put(other)
    clock.now = DUE + timedelta(seconds=1)
    (second,) = _again(application)
    assert _status(second) == "violated"
    assert second["notes"] == []


def test_what_is_judged_again_keeps_the_facts_of_the_first(
    application: Application, clock: Clock, records: Records
) -> None:
    first = application.evaluate(CHECK).decision
    clock.now = DUE + timedelta(seconds=1)
    (second,) = _again(application)
    one, two = (
        json.loads(records.decisions.get_record(each["id"]).check_json) for each in (first, second)
    )
    assert two.pop("known_at") != one.pop("known_at")
    assert two == one


def test_what_is_only_proposed_never_falls_due(application: Application, clock: Clock) -> None:
    application.evaluate({**CHECK, "stage": "proposed"})
    clock.now = DUE + timedelta(days=30)
    assert _again(application) == []


def test_a_correction_comes_before_the_deadline(
    application: Application, clock: Clock, records: Records
) -> None:
    first = application.evaluate(CHECK).decision
    met = {**CHECK["facts"], "card_functions_active": False, "restriction_imposed": True}
    second = application.evaluate({**CHECK, "facts": met, "supersedes": first["id"]}).decision
    assert _status(second) != "pending"
    clock.now = DUE + timedelta(seconds=1)
    assert _again(application) == []


def test_one_that_cannot_be_judged_holds_up_no_other(
    application: Application, clock: Clock, records: Records
) -> None:
    sound = application.evaluate(CHECK).decision["id"]
    # As a plugin would leave it that is enabled no more.
    broken = "01a2100f-7d6f-7b1a-9f3b-2f079d6164f0"
    gone = replace(records.decisions.get_record(sound), id=broken, domain="customs")
    records.decisions.store(gone, Filing(due_at=DUE - timedelta(hours=1)))
    clock.now = DUE + timedelta(seconds=1)
    found = {each.due.decision_id: each for each in application.judge_due()}
    assert found[broken].decision is None
    assert found[broken].due.failure == "domain_unknown"
    assert found[sound].decision is not None
    assert list(application.judge_due()) == []
    # It is tried again after a while, or at once where someone asks.
    assert [each.due.decision_id for each in application.judge_due(past_failures=True)] == [broken]
    clock.now += timedelta(hours=2)
    assert [each.due.decision_id for each in application.judge_due()] == [broken]


def test_the_service_judges_by_itself_unless_another_process_does(
    application: Application, clock: Clock, records: Records
) -> None:
    first = application.evaluate(CHECK).decision
    clock.now = DUE + timedelta(seconds=1)
    assert records.due.take_lease("due", "another process", clock.now, timedelta(minutes=1))
    application.start_due_worker()
    try:
        assert application._judge_due_alone(lambda: False) == 0
        clock.now += timedelta(minutes=2)
        _wait_until(lambda: "links" in records.decisions.get(first["id"]))
    finally:
        assert application._worker is not None
        application._worker.stop()


def test_a_worker_outlives_what_goes_wrong_and_stops_when_told() -> None:
    looks: list[int] = []

    def work(_: IsStopped) -> int:
        looks.append(1)
        raise RuntimeError

    worker = DueWorker(work, seconds=0.01)
    worker.start()
    _wait_until(lambda: len(looks) > 2)
    worker.stop()
    seen = len(looks)
    time.sleep(0.05)
    assert len(looks) == seen


def test_work_under_way_is_told_when_the_worker_stops() -> None:
    looks: list[int] = []

    def work(is_stopped: IsStopped) -> int:
        looks.append(1)
        _wait_until(is_stopped)
        return 0

    worker = DueWorker(work, seconds=0.01)
    worker.start()
    _wait_until(lambda: bool(looks))
    worker.stop()
    assert looks == [1]


def test_who_is_told_to_stop_judges_no_further_decision(
    application: Application, clock: Clock, records: Records
) -> None:
    waiting = [application.evaluate(CHECK).decision["id"] for _ in range(3)]
    clock.now = DUE + timedelta(seconds=1)

    def judged() -> int:
        return sum("links" in records.decisions.get(each) for each in waiting)

    assert application._judge_due_alone(lambda: judged() > 0) == 1
    assert judged() == 1
    # Nor does it begin with another part.
    assert application._judge_due_alone(lambda: True) == 0
    assert judged() == 1
    assert application._judge_due_alone(lambda: False) == 2


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
