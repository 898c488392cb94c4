"""What is stored of a decision is enough to judge again, and holds no personal fact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from fanzha.application import Application
from fanzha.errors import NotFound, UnknownInstitution, WrongInstitution
from fanzha.model.text import Text
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from tests.usecases.small_checks import INSTITUTIONS, NOW, Json, sale


@pytest.fixture
def application(tmp_path: Path, small_law: Rulebook) -> Iterator[Application]:
    settings = Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path}/fanzha.db",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        }
    )
    upgrade(settings.database_url)
    records = open_records(settings)
    for institution in INSTITUTIONS.values():
        records.institutions.put(institution)
    yield Application(settings, small_law, records=records, clock=lambda: NOW)
    records.close()


def _named() -> Json:
    return sale(buyer_name="Lin Secret", document_name="lin secret", changed={"reference": "S-1"})


def test_the_answer_is_kept_to_the_byte(application: Application) -> None:
    answer = application.evaluate(_named())
    id_ = answer.decision["id"]
    assert application.records.decisions.get(id_) == answer.decision
    kept = application.records.decisions.get_record(id_)
    assert kept.answer_json == answer.content
    assert (kept.institution, kept.outcome, kept.reference) == ("seller-1", "compliant", "S-1")
    assert (kept.as_of.isoformat(), kept.recorded_at) == ("2026-03-02", NOW)


def test_personal_facts_are_kept_as_digests_only(application: Application, tmp_path: Path) -> None:
    id_ = application.evaluate(_named(), explain=True).decision["id"]
    kept = application.records.decisions.get_record(id_)
    facts = orjson.loads(kept.check_json)["facts"]
    digests = application.records.digests
    assert facts["buyer_name"] == digests.digest("buyer_name", "Lin Secret")
    assert facts["document_name"] == digests.digest("document_name", "lin secret")
    assert facts["tickets_held"] == 1
    application.records.close()
    for path in tmp_path.iterdir():
        assert b"lin secret" not in path.read_bytes().lower(), path


def test_what_the_service_added_is_kept_beside_the_check(application: Application) -> None:
    id_ = application.evaluate(_named()).decision["id"]
    kept = application.records.decisions.get_record(id_)
    context = orjson.loads(kept.context_json)
    assert context["roles"] == ["seller"]
    assert context["derived"] == {"names_agree": True, "risk_score": 20, "showing_minutes": 10}
    check = orjson.loads(kept.check_json)
    assert check["known_at"] == NOW.isoformat()
    assert check["contract"] == 2
    versions = orjson.loads(kept.versions_json)
    assert [each["name"] for each in versions["bundles"]] == ["small_law"]
    assert versions["digests_key"] == application.records.digests.key_id


def test_a_check_may_ask_not_to_be_kept(application: Application) -> None:
    decision = application.evaluate(sale(changed={"record": False})).decision
    with pytest.raises(NotFound):
        application.records.decisions.get(decision["id"])
    # The caller's own word counts before that of the check.
    kept = application.evaluate(sale(changed={"record": False}), record=True).decision
    assert application.records.decisions.get(kept["id"]) == kept
    left = application.evaluate(sale(), record=False).decision
    with pytest.raises(NotFound):
        application.records.decisions.get(left["id"])


def test_null_leaves_it_to_be_kept(application: Application) -> None:
    decision = application.evaluate(sale(changed={"record": None})).decision
    assert application.records.decisions.get(decision["id"]) == decision


def test_roles_come_from_the_registry(application: Application) -> None:
    application.records.institutions.put(
        type(INSTITUTIONS["seller-1"])("new-1", Text(zh="新", en="New"), ("carrier",))
    )
    decision = application.evaluate(sale(changed={"institution": "new-1"})).decision
    binding = [each["id"] for each in decision["obligations"] if each["status"] == "fulfilled"]
    assert binding == ["small.a8"]


def test_an_institution_that_is_not_registered_is_refused(application: Application) -> None:
    with pytest.raises(UnknownInstitution) as caught:
        application.evaluate(sale(changed={"institution": "nobody"}))
    assert str(caught.value.where) == "institution"


def test_a_key_serves_its_own_institution_only(application: Application) -> None:
    application.evaluate(sale(), caller="seller-1")
    with pytest.raises(WrongInstitution):
        application.evaluate(sale(), caller="carrier-1")


def test_an_application_without_records_says_so(small_law: Rulebook) -> None:
    without = Application(
        Settings.from_environment({}), small_law, institutions=INSTITUTIONS, clock=lambda: NOW
    )
    with pytest.raises(RuntimeError, match="without records"):
        without.evaluate(sale())
