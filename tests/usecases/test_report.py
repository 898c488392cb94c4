"""The report on an institution: what is counted, what adds up, the page and the table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from fanzha.application import Application
from fanzha.cli.institution_file import read_institutions
from fanzha.errors import NotFound, StoreUnavailable, WrongQuery
from fanzha.records import open_records, upgrade
from fanzha.records.database import Database
from fanzha.records.reads import Reader
from fanzha.settings import Settings
from fanzha.usecases.report import quoted_in
from fanzha.usecases.report_page import report_page, report_table
from fanzha.usecases.rulebook import Rulebook
from tests.usecases.test_due_decisions import CHECK, DUE, Clock

Json = dict[str, Any]

EXAMPLES = Path(__file__).parents[2] / "examples"
CARDS = EXAMPLES / "telecom" / "phone_card_registration"
READER = Reader("auditor:test", "inspection 7")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
CAP = "cn.atofl.a10.p1.1"
CALLS = EXAMPLES / "telecom" / "call_and_line" / "changed-number.done.non_compliant.json"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def application(tmp_path: Path, rulebook: Rulebook, clock: Clock) -> Iterator[Application]:
    settings = Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path / 'fanzha.db'}",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        }
    )
    upgrade(settings.database_url)
    records = open_records(settings)
    for institution in read_institutions(EXAMPLES / "institutions.yaml").values():
        records.institutions.put(institution)
    yield Application(settings, rulebook, records=records, clock=clock)
    records.close()


@pytest.fixture
def post(application: Application) -> Callable[..., str]:
    def evaluate(body: Path | Json, **changes: Any) -> str:
        read = json.loads(body.read_text("utf-8")) if isinstance(body, Path) else body
        return str(application.evaluate({**read, **changes}).decision["id"])

    return evaluate


@pytest.fixture
def report(application: Application) -> Callable[[], Json]:
    return lambda: application.report("telecom-001", *YEAR, READER)


def _sixth() -> Path:
    return CARDS / "sixth-card.done.non_compliant.json"


def test_checks_are_counted_by_type_stage_and_outcome(
    post: Callable[..., str], report: Callable[[], Json]
) -> None:
    post(_sixth())
    post(_sixth())
    post(CARDS / "new-card-in-shop.done.compliant.json")
    post(_sixth(), stage="proposed")
    counted = {(each["check_type"], each["stage"]): each for each in report()["checks"]}
    done = counted["phone_card_registration", "done"]
    assert done["outcomes"] == {"compliant": 1, "non_compliant": 2}
    assert done["total"] == 3
    assert counted["phone_card_registration", "proposed"]["total"] == 1


def test_breaches_are_counted_by_provision_and_proposals_are_none(
    post: Callable[..., str], report: Callable[[], Json]
) -> None:
    post(_sixth(), stage="proposed")
    assert report()["violations"] == []
    post(_sixth())
    post(_sixth(), occurred_at="2026-03-01T09:00:00+08:00")
    (found,) = [each for each in report()["violations"] if each["id"] == CAP]
    assert found["count"] == 2
    assert "ATOFL 10(1)" in found["cites"]
    assert found["first"].startswith("2026-03-01")
    assert found["last"].startswith("2026-03-02")


def test_only_acts_of_the_period_count_its_ends_included(
    application: Application, post: Callable[..., str]
) -> None:
    post(_sixth(), occurred_at="2026-02-28T23:59:59+08:00")
    post(_sixth(), occurred_at="2026-03-01T00:00:00+08:00")

    def standing(first: date, last: date) -> int:
        found: int = application.report("telecom-001", first, last, READER)["decisions"]["standing"]
        return found

    assert standing(date(2026, 2, 28), date(2026, 2, 28)) == 1
    assert standing(date(2026, 3, 1), date(2026, 3, 1)) == 1
    assert standing(date(2026, 2, 28), date(2026, 3, 1)) == 2
    assert standing(date(2026, 1, 1), date(2026, 2, 27)) == 0


def test_what_was_corrected_is_left_out(
    post: Callable[..., str], report: Callable[[], Json]
) -> None:
    wrong = post(_sixth())
    post(CARDS / "new-card-in-shop.done.compliant.json", supersedes=wrong)
    found = report()
    assert found["decisions"] == {"standing": 1, "superseded": 1, "judged_again": 0}
    assert found["violations"] == []
    assert found["exposure"]["decisions"] == []


def test_exposure_is_the_highest_of_one_act_or_the_sum_of_several(
    post: Callable[..., str], report: Callable[[], Json]
) -> None:
    post(CALLS)
    post(CALLS)
    found = report()["exposure"]
    each = [(one["min_fen"], one["max_fen"]) for one in found["decisions"]]
    assert each == [(0, 500_000_000)] * 2
    assert found["as_one_act"]["max_fen"] == 500_000_000
    assert found["as_separate_acts"]["max_fen"] == 1_000_000_000
    assert found["as_separate_acts"]["individual"]["max_fen"] == 40_000_000
    (firm, *_) = report()["liabilities"]
    assert (firm["firm"], firm["decisions"]) == (True, 2)


def test_running_deadlines_are_listed_until_they_are_judged_again(
    application: Application, clock: Clock, post: Callable[..., str], report: Callable[[], Json]
) -> None:
    first = post(CHECK)
    (waiting,) = report()["pending"]
    assert (waiting["decision"], waiting["is_over"]) == (first, False)
    assert datetime.fromisoformat(waiting["due"]) == DUE
    clock.now = DUE + timedelta(seconds=1)
    assert report()["pending"][0]["is_over"] is True
    list(application.judge_due())
    found = report()
    assert found["pending"] == []
    assert found["decisions"] == {"standing": 1, "superseded": 0, "judged_again": 1}
    (breach,) = [each for each in found["violations"] if each["id"] == waiting["obligation"]]
    assert breach["by_deadline"] == 1


def test_the_rules_applied_stand_with_their_digests(
    post: Callable[..., str], report: Callable[[], Json], rulebook: Rulebook
) -> None:
    post(_sixth())
    bundles = report()["law"]["bundles"]
    assert [(each["name"], each["digest"]) for each in bundles] == [
        (each["name"], each["digest"]) for each in rulebook.bundles
    ]
    assert all(each["decisions"] == 1 for each in bundles)


def test_the_profile_reports_beside_it(report: Callable[[], Json]) -> None:
    # The period is not over: the profile is that of today.
    assert report()["profile"]["as_of"] == "2026-03-02"
    assert report()["profile"]["never_attested"]


def test_a_stranger_and_days_turned_round_are_refused(application: Application) -> None:
    with pytest.raises(NotFound):
        application.report("nobody", *YEAR, READER)
    with pytest.raises(NotFound):
        list(application.report_rows("nobody", *YEAR, READER))
    with pytest.raises(WrongQuery):
        application.report("telecom-001", YEAR[1], YEAR[0], READER)


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.languages: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "span":
            self.languages.append(dict(attrs).get("lang"))


def test_the_page_stands_by_itself_in_both_languages(
    post: Callable[..., str], report: Callable[[], Json]
) -> None:
    post(CALLS, reference="<script>alert(1)</script>")
    post(CHECK)
    text = report_page(report(), "both")
    page = Page(text)
    assert not page.tags & {"script", "link", "img", "iframe", "a", "object"}
    assert not page.attributes & {"src", "href", "onload", "onclick"}
    assert "url(" not in text
    assert "@import" not in text
    assert "&lt;script&gt;" in text
    assert page.languages.count("zh") == page.languages.count("en") > 50
    assert "¥0 – ¥5,000,000" in text


@pytest.mark.parametrize(("language", "other"), [("zh", "en"), ("en", "zh")])
def test_the_page_can_be_had_in_one_language(
    report: Callable[[], Json], language: str, other: str
) -> None:
    assert set(Page(report_page(report(), language)).languages) == {language}
    assert other not in set(Page(report_page(report(), language)).languages)


def test_the_table_has_a_row_for_each_open_obligation_and_each_other_decision(
    application: Application, post: Callable[..., str]
) -> None:
    clean = post(CARDS / "new-card-in-shop.done.compliant.json", reference="=1+1")
    breach = post(_sixth())
    text = "".join(report_table(application.report_rows("telecom-001", *YEAR, READER)))
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    (first,) = [row for row in rows if row["decision"] == clean]
    # A spreadsheet must not take a reference for a formula.
    assert first["reference"] == "'=1+1"
    assert first["obligation"] == ""
    found = {row["obligation"]: row["status"] for row in rows if row["decision"] == breach}
    assert found[CAP] == "violated"


def test_it_is_made_at_the_moment_of_the_clock(report: Callable[[], Json], clock: Clock) -> None:
    clock.now = datetime(2026, 4, 1, tzinfo=UTC)
    assert report()["made_at"] == "2026-04-01T08:00:00+08:00"


def _reads(application: Application, decision_id: str) -> list[tuple[str, str, str | None]]:
    found = application.records.reads.of(decision_id, limit=10)
    return [(each.read_by, each.way, each.purpose) for _, each in found]


def test_what_a_report_names_is_read_and_what_it_counts_is_not(
    application: Application, post: Callable[..., str], report: Callable[[], Json]
) -> None:
    exposed, running = post(CALLS), post(CHECK)
    counted = post(CARDS / "new-card-in-shop.done.compliant.json")
    made = report()
    named = {each["decision"] for each in (*made["exposure"]["decisions"], *made["pending"])}
    assert named == {exposed, running}
    for each in named:
        assert _reads(application, each) == [("auditor:test", "report", "inspection 7")]
    assert _reads(application, counted) == []


def test_a_decision_that_is_named_twice_is_read_once(
    application: Application, post: Callable[..., str], report: Callable[[], Json]
) -> None:
    running = post(CHECK)
    twice = report()["pending"][0]
    made = {"exposure": {"decisions": []}, "pending": [twice, twice]}
    assert quoted_in(made) == [running]


def test_each_decision_of_the_table_is_read_once(
    application: Application, post: Callable[..., str]
) -> None:
    posted = [post(CARDS / "new-card-in-shop.done.compliant.json"), post(_sixth())]
    list(application.report_rows("telecom-001", *YEAR, Reader("auditor:test")))
    for each in posted:
        # Who gave no purpose read for a report.
        assert _reads(application, each) == [("auditor:test", "report", "report")]


def test_no_row_is_told_whose_reading_cannot_be_recorded(
    application: Application, post: Callable[..., str]
) -> None:
    post(CALLS)
    database = Database(application.settings.database_url)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE decision_reads RENAME TO gone"))
    database.dispose()
    with pytest.raises(StoreUnavailable):
        next(application.report_rows("telecom-001", *YEAR, READER))
    with pytest.raises(StoreUnavailable):
        application.report("telecom-001", *YEAR, READER)
