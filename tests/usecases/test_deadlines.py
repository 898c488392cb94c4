"""A duty with a deadline is pending until its last moment, on the calendar of the law."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fanzha.usecases.legal_calendar import LAST_KNOWN_YEAR
from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import Json, obligation, order

DUTIES = {
    "small.a11": ("order_relevant", "order_executed", "order_received_at"),
    "small.a12": ("incident_relevant", "incident_reported", "incident_known_at"),
    "small.a13": ("objection_relevant", "objection_answered", "objection_received_at"),
    "small.a14": ("ending_relevant", "records_deleted", "contract_ended_at"),
}


def _judged(
    evaluate: Evaluate, id_: str, start: str, known_at: str, done: bool | None = False
) -> Json:
    applies, performed, from_ = DUTIES[id_]
    body = order(
        **{applies: True, performed: done, from_: start},
        changed={"occurred_at": start, "known_at": known_at},
    )
    return obligation(evaluate(body), id_)


@pytest.mark.parametrize(
    ("id_", "start", "due"),
    [
        # Thirty minutes run from the moment.
        ("small.a11", "2026-01-05T23:45:10+08:00", "2026-01-06T00:15:10+08:00"),
        ("small.a11", "2026-01-05T15:45:10Z", "2026-01-06T00:15:10+08:00"),
        # Five working days over an ordinary weekend.
        ("small.a12", "2026-01-08T10:00:00+08:00", "2026-01-15T23:59:59+08:00"),
        # Over National Day and Mid-Autumn 2025 (1 to 8 October off, Saturday 11 October worked).
        ("small.a12", "2025-09-29T10:00:00+08:00", "2025-10-13T23:59:59+08:00"),
        # Over the Spring Festival of 2025 (28 January to 4 February off; Sunday 26 January and
        # Saturday 8 February worked).
        ("small.a12", "2025-01-24T18:00:00+08:00", "2025-02-07T23:59:59+08:00"),
        ("small.a12", "2025-01-27T18:00:00+08:00", "2025-02-10T23:59:59+08:00"),
        # The day in China counts, wherever the time was written down.
        ("small.a12", "2026-01-08T16:30:00Z", "2026-01-16T23:59:59+08:00"),
        # Ten days, holidays or not.
        ("small.a13", "2025-09-29T10:00:00+08:00", "2025-10-09T23:59:59+08:00"),
        # A month, to the last day where the next one is shorter.
        ("small.a14", "2025-01-15T10:00:00+08:00", "2025-02-15T23:59:59+08:00"),
        ("small.a14", "2025-01-31T10:00:00+08:00", "2025-02-28T23:59:59+08:00"),
        ("small.a14", "2024-01-30T10:00:00+08:00", "2024-02-29T23:59:59+08:00"),
        ("small.a14", "2024-12-31T10:00:00+08:00", "2025-01-31T23:59:59+08:00"),
    ],
)
def test_a_duty_falls_due_at_the_last_moment_of_its_period(
    evaluate: Evaluate, id_: str, start: str, due: str
) -> None:
    at_last = _judged(evaluate, id_, start, known_at=due)
    assert (at_last["status"], at_last["due"]) == ("pending", due)
    assert at_last["remedy"]
    next_second = (datetime.fromisoformat(due) + timedelta(seconds=1)).isoformat()
    assert _judged(evaluate, id_, start, known_at=next_second)["status"] == "violated"


def test_a_duty_that_was_met_is_fulfilled_before_and_after(evaluate: Evaluate) -> None:
    for known_at in ("2026-01-05T10:00:00+08:00", "2026-02-05T10:00:00+08:00"):
        found = _judged(evaluate, "small.a11", "2026-01-05T10:00:00+08:00", known_at, done=True)
        assert found["status"] == "fulfilled"


def test_a_duty_is_open_where_nobody_says_whether_it_was_met(evaluate: Evaluate) -> None:
    start = "2026-01-05T10:00:00+08:00"
    for known_at in (start, "2026-02-05T10:00:00+08:00"):
        assert _judged(evaluate, "small.a11", start, known_at, done=None)["status"] == (
            "undetermined"
        )


def test_a_pending_duty_makes_the_check_pending(evaluate: Evaluate) -> None:
    start = "2026-03-02T11:45:00+08:00"
    body = order(
        order_relevant=True,
        order_executed=False,
        order_received_at=start,
        changed={"occurred_at": start},
    )
    decision = evaluate(body)
    assert decision["outcome"] == "pending"
    assert decision["liabilities"] == []


def test_working_days_of_a_year_not_yet_fixed_are_not_guessed(evaluate: Evaluate) -> None:
    start = f"{LAST_KNOWN_YEAR}-12-29T10:00:00+08:00"
    body = order(
        incident_relevant=True,
        incident_reported=False,
        incident_known_at=start,
        changed={"stage": "proposed", "occurred_at": start},
    )
    decision = evaluate(body)
    found = obligation(decision, "small.a12")
    assert found["status"] == "undetermined"
    assert "due" not in found
    assert str(LAST_KNOWN_YEAR) in found["note"]["en"]
    assert "工作日" in found["note"]["zh"]
    assert decision["outcome"] == "undetermined"
    assert decision["advice"] == "hold"


@pytest.mark.parametrize(
    ("answered_at", "status"),
    [
        # Received on 24 January 2025; the Spring Festival lies between.
        ("2025-02-10T23:59:59+08:00", "fulfilled"),
        ("2025-02-11T00:00:00+08:00", "violated"),
    ],
)
def test_working_days_that_have_passed_are_counted_on_the_same_calendar(
    evaluate: Evaluate, answered_at: str, status: str
) -> None:
    body = order(
        objection_relevant=True,
        objection_received_at="2025-01-24T10:00:00+08:00",
        objection_answered_at=answered_at,
    )
    assert obligation(evaluate(body), "small.a15")["status"] == status


def test_working_days_that_cannot_be_counted_are_not_guessed(evaluate: Evaluate) -> None:
    body = order(
        objection_relevant=True,
        objection_received_at=f"{LAST_KNOWN_YEAR}-12-29T10:00:00+08:00",
        objection_answered_at=f"{LAST_KNOWN_YEAR + 1}-01-05T10:00:00+08:00",
    )
    decision = evaluate(body)
    found = obligation(decision, "small.a15")
    assert found["status"] == "undetermined"
    assert f"{LAST_KNOWN_YEAR + 1}-01-01" in found["note"]["en"]
    assert decision["outcome"] == "undetermined"
    # An assessor who has counted may state the number.
    counted = evaluate({**body, "facts": {**body["facts"], "answering_days": 3}})
    assert obligation(counted, "small.a15")["status"] == "fulfilled"


def test_the_calendar_does_not_matter_where_the_duty_was_met(evaluate: Evaluate) -> None:
    start = f"{LAST_KNOWN_YEAR}-12-29T10:00:00+08:00"
    body = order(
        incident_relevant=True,
        incident_reported=True,
        incident_known_at=start,
        changed={"stage": "proposed", "occurred_at": start},
    )
    found = obligation(evaluate(body), "small.a12")
    assert found["status"] == "fulfilled"
    assert "note" not in found
