"""A clock that jumps: decisions are kept, found, and say when they were recorded by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.errors import Problems
from fanzha.model.value_types import CHINA_TIME
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from tests.faults.conftest import CHECK
from tests.web.places import INSTITUTIONS

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
JUMPS = [
    timedelta(0),
    timedelta(days=400),
    timedelta(days=-30),
    timedelta(0),
    timedelta(0),
    timedelta(microseconds=-1),
    timedelta(hours=8),
]


def test_each_decision_is_kept_with_the_time_of_its_moment(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    environ = {
        "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path / 'fanzha.db'}",
        "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
    }
    settings = Settings.from_environment(environ)
    upgrade(settings.database_url)
    records = open_records(settings)
    records.institutions.put(read_institutions(INSTITUTIONS)["telecom-001"])
    moment = NOW
    application = Application(settings, rulebook, records=records, clock=lambda: moment)
    try:
        told = {}
        for jump in JUMPS:
            moment = NOW + jump
            answer = application.evaluate(CHECK, caller="telecom-001")
            told[answer.decision["id"]] = answer
            recorded = datetime.fromisoformat(answer.decision["recorded_at"])
            assert abs(recorded - moment) < timedelta(seconds=1)
            assert answer.decision["outcome"] == "non_compliant"
        assert len(told) == len(JUMPS)
        for id_, answer in told.items():
            record = records.decisions.get_record(id_)
            assert record is not None
            assert record.answer_json == answer.content
    finally:
        application.self_tests.close()
        records.close()


@pytest.mark.parametrize("jump", [timedelta(0), timedelta(days=1), timedelta(days=3650)])
def test_an_act_is_judged_by_its_own_day_however_far_the_clock_is_ahead(
    rulebook: Rulebook, jump: timedelta
) -> None:
    occurred = datetime.fromisoformat(CHECK["occurred_at"])
    answer = _application(rulebook, occurred + jump).evaluate(CHECK, record=False)
    assert answer.decision["law"]["as_of"] == occurred.astimezone(CHINA_TIME).date().isoformat()
    assert answer.decision["outcome"] == "non_compliant"


def test_a_clock_that_is_behind_refuses_what_it_takes_for_the_future(rulebook: Rulebook) -> None:
    occurred = datetime.fromisoformat(CHECK["occurred_at"])
    application = _application(rulebook, occurred - timedelta(days=1))
    with pytest.raises(Problems, match="cannot lie in the future"):
        application.evaluate(CHECK, record=False)


def _application(rulebook: Rulebook, now: datetime) -> Application:
    return Application(
        Settings.from_environment({}),
        rulebook,
        institutions=read_institutions(INSTITUTIONS),
        clock=lambda: now,
    )
