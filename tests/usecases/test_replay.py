"""A stored decision is judged again by the rules of then, whatever became of them since."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from sqlalchemy import delete, text, update

from fanzha.application import Application
from fanzha.errors import Problems, ReplayImpossible
from fanzha.records import Records, open_records, upgrade
from fanzha.records.database import Database
from fanzha.records.tables import decisions, rule_bundles, rule_files
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.loader import load_law
from fanzha.settings import Settings
from fanzha.usecases.rule_keeping import keep_rules
from fanzha.usecases.rulebook import Rulebook, rulebook_of
from tests.usecases.small_checks import INSTITUTIONS, NOW, SMALL_LAW, Json, sale

Edit = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small law, to be changed."""
    return Path(shutil.copytree(SMALL_LAW.path, tmp_path / "rules"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path}/fanzha.db",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        }
    )
    upgrade(made.database_url)
    return made


@pytest.fixture
def records(settings: Settings) -> Iterator[Records]:
    opened = open_records(settings)
    for institution in INSTITUTIONS.values():
        opened.institutions.put(institution)
    yield opened
    opened.close()


@pytest.fixture
def opened(
    folder: Path, settings: Settings, records: Records, small_law: Rulebook
) -> Iterator[Callable[[], Application]]:
    """Start the service with the folder as it is now."""
    books: list[Rulebook] = []

    def start() -> Application:
        rules = RuleFolder("small_law", folder)
        law = load_law([rules], functions=small_law.functions)
        book = rulebook_of(law, small_law.plugins, small_law.functions, small_law.owners, 4)
        books.append(replace(book, folders=(rules,)))
        keep_rules(books[-1], records.rule_files)
        return Application(settings, books[-1], records=records, clock=lambda: NOW)

    yield start
    for each in books:
        each.close()


@pytest.fixture
def attacking(settings: Settings) -> Callable[[Any], None]:
    def attack(statement: Any) -> None:
        database = Database(settings.database_url)
        with database.writing() as connection:
            names = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in list(connection.execute(names).scalars()):
                connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(statement)
        database.dispose()

    return attack


def _edit(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / file
    source = path.read_text("utf-8")
    assert before in source
    path.write_text(source.replace(before, after), "utf-8")


def _loosened(folder: Path) -> None:
    # What was a breach then is none any more.
    _edit(folder, "small_act/sales.yaml", "tickets_held >= $", "tickets_held - 90 >= $")


def _breach() -> Json:
    return sale(tickets_held=9, buyer_name="Lin Secret", document_name="LIN secret")


@pytest.mark.parametrize("changed", [{}, {"stage": "proposed"}])
def test_a_decision_is_the_same_by_the_same_rules(
    changed: Json, opened: Callable[[], Application]
) -> None:
    application = opened()
    for explain in (False, True):
        body = {**_breach(), **changed}
        id_ = application.evaluate(body, explain=explain).decision["id"]
        found = application.replay(id_)
        assert found["differences"] == []
        assert found["same"]
        assert found["outcome"] == {"recorded": "non_compliant", "replayed": "non_compliant"}
        assert (found["changed_rule_files"], found["changed_versions"]) == ([], [])
        assert found["today"] == {"outcome": "non_compliant", "differences": []}


@pytest.mark.parametrize(
    "fact",
    ["ticket_class", "document_result", "identity_checked", "sold", "names_agree"],
)
@pytest.mark.parametrize("facts", [{}, {"document_result": "mismatch", "document_name": "Wang"}])
def test_whatever_the_loader_lets_rules_read_of_a_personal_fact_can_be_judged_again(
    fact: str, facts: Json, opened: Callable[[], Application], folder: Path
) -> None:
    file = folder / "facts" / "sales.yaml"
    told: Json = yaml.safe_load(file.read_text("utf-8"))
    told[fact]["personal"] = True
    file.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    application = opened()
    id_ = application.evaluate(sale(**facts), explain=True).decision["id"]
    found = application.replay(id_)
    assert found["same"], found["differences"]


def test_a_personal_circumstance_is_compared_by_its_digest(
    opened: Callable[[], Application], folder: Path
) -> None:
    source = (
        "\nsource: {type: string, kind: circumstance, personal: true, title: {zh: 来源, en: Of}}"
    )
    circumstances = folder / "facts" / "circumstances.yaml"
    circumstances.write_text(circumstances.read_text("utf-8").rstrip() + source + "\n", "utf-8")
    _edit(folder, "small_act/liabilities.yaml", "gravity == 'serious'", "source == 'Lin Secret'")
    application = opened()
    reached = []
    for name in ("Lin Secret", "Wang"):
        body = {**_breach(), "circumstances": {"source": name}}
        answer = application.evaluate(body).decision
        found = application.replay(answer["id"])
        assert found["same"], found["differences"]
        reached.append(answer["liabilities"])
    assert reached[0] != reached[1]


def test_it_is_the_same_after_the_rules_have_changed_and_says_what_has(
    opened: Callable[[], Application], folder: Path
) -> None:
    id_ = opened().evaluate(_breach()).decision["id"]
    _loosened(folder)
    found = opened().replay(id_)
    assert found["same"], found["differences"]
    assert found["changed_rule_files"] == [
        {"bundle": "small_law", "file": "small_act/sales.yaml", "change": "changed"}
    ]
    assert found["today"]["outcome"] != "non_compliant"
    assert "status" in {each["field"] for each in found["today"]["differences"] if "field" in each}


def test_what_was_taken_before_its_order_was_declared_is_judged_again(
    opened: Callable[[], Application], folder: Path
) -> None:
    turned_round = sale(
        price_changed_at="2026-02-01T09:00:00+08:00", price_shown_at="2026-02-01T08:00:00+08:00"
    )
    id_ = opened().evaluate(turned_round).decision["id"]
    _edit(
        folder,
        "facts/sales.yaml",
        "price_shown_at: {type: datetime,",
        "price_shown_at: {type: datetime, not_before: price_changed_at,",
    )
    application = opened()
    found = application.replay(id_)
    assert found["same"], found["differences"]
    assert found["today"]["differences"] == []
    with pytest.raises(Problems, match="lies before"):
        application.evaluate(turned_round)


def test_the_roles_of_then_count_and_not_those_of_the_registry(
    opened: Callable[[], Application], records: Records
) -> None:
    application = opened()
    id_ = application.evaluate(_breach()).decision["id"]
    records.institutions.put(replace(INSTITUTIONS["seller-1"], roles=("carrier",)))
    assert application.replay(id_)["same"]


def test_a_changed_answer_is_told_with_obligation_and_field(
    opened: Callable[[], Application], attacking: Callable[[Any], None]
) -> None:
    application = opened()
    answer = application.evaluate(_breach()).decision
    (broken,) = [each for each in answer["obligations"] if each["status"] == "violated"]
    broken["status"] = "fulfilled"
    broken["basis"]["facts"]["tickets_held"] = 1
    attacking(update(decisions).values(answer_json=orjson.dumps(answer)))
    found = application.replay(answer["id"])
    assert not found["same"]
    told = {
        (each["obligation"], each.get("field"), each.get("fact")) for each in found["differences"]
    }
    assert (broken["id"], "status", None) in told
    assert (broken["id"], None, "tickets_held") in told


def test_a_version_of_a_plugin_that_differs_is_told(
    opened: Callable[[], Application], attacking: Callable[[Any], None], records: Records
) -> None:
    application = opened()
    id_ = application.evaluate(_breach()).decision["id"]
    versions = orjson.loads(records.decisions.get_record(id_).versions_json)
    versions["plugins"] = {"testing": "0.9"}
    attacking(update(decisions).values(versions_json=orjson.dumps(versions)))
    assert application.replay(id_)["changed_versions"] == [
        {"part": "plugin testing", "recorded": "0.9", "today": None}
    ]


@pytest.mark.parametrize("table", [rule_bundles, rule_files])
def test_rules_that_are_not_kept_any_more_stop_the_replay(
    table: Any,
    opened: Callable[[], Application],
    folder: Path,
    attacking: Callable[[Any], None],
) -> None:
    id_ = opened().evaluate(_breach()).decision["id"]
    _loosened(folder)
    application = opened()
    attacking(delete(table))
    with pytest.raises(ReplayImpossible):
        application.replay(id_)


def test_rules_are_kept_once(opened: Callable[[], Application], records: Records) -> None:
    application = opened()
    digests = [each.digest for each in application.law.bundles]
    assert records.rule_files.unknown(digests) == set()
    opened()
    kept = records.rule_files.get(digests[0])
    assert kept is not None
    assert kept.read == application.law.bundles[0].files
