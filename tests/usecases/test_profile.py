"""Standing facts: what may be attested, what checks take over, and the profile's own report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from fanzha.application import Application
from fanzha.cli.demonstration import examples_folder
from fanzha.cli.institution_file import read_institutions, read_profile
from fanzha.errors import NotFound, Problems
from fanzha.model.attestation import Attestation, profile_of
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings
from fanzha.usecases.attestable import AttestableFacts
from fanzha.usecases.profile import profile_report
from fanzha.usecases.rulebook import Rulebook
from tests.usecases.small_checks import INSTITUTIONS

Json = dict[str, Any]

EXAMPLES = examples_folder()
NOW = datetime.fromisoformat("2026-03-02T12:00:00+08:00")
DAY = date(2026, 3, 2)
PROFILES = {"bank-001": "banking", "payments-001": "payments", "telecom-001": "telecom"}
RATING_MISSING = EXAMPLES / "payments/transaction/rating-not-stated.done.undetermined.json"
RATING: Json = {
    "fact": "institution_rating_tier",
    "value": "a_above_95",
    "assessor": "合规部",
    "assessed_at": "2026-01-20",
    "evidence": "ZF-PJ-2025",
    "valid_until": "2026-12-31",
}
LEAD: Json = {**RATING, "fact": "fraud_risk_lead_named", "value": True}


@pytest.fixture
def application(tmp_path: Path, rulebook: Rulebook) -> Iterator[Application]:
    settings = Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path}/fanzha.db",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        }
    )
    upgrade(settings.database_url)
    records = open_records(settings)
    for institution in read_institutions(EXAMPLES / "institutions.yaml").values():
        records.institutions.put(institution)
    yield Application(settings, rulebook, records=records, clock=lambda: NOW)
    records.close()


def _attest(application: Application, *attestations: Json, to: str = "payments-001") -> None:
    application.attest(to, {"attestations": list(attestations)})


def _transaction() -> Json:
    body: Json = orjson.loads(RATING_MISSING.read_bytes())
    return body


# --- the report ---


@pytest.mark.parametrize("institution", PROFILES)
def test_the_example_profiles_settle_every_standing_duty(
    application: Application, institution: str
) -> None:
    application.attest(institution, read_profile(EXAMPLES / f"profiles/{institution}.yaml"))
    report = application.profile(institution)["report"]
    [duties] = report["check_types"]
    assert (duties["domain"], duties["check_type"]) == (PROFILES[institution], "internal_control")
    assert duties["outcome"] == "compliant"
    assert duties["settled"]["of"] == duties["settled"]["in_scope"] > 10
    assert len(duties["fulfilled"]) + len(duties["not_applicable"]) == duties["settled"]["of"]
    for name in ("violated", "undetermined", "pending", "error", "notes"):
        assert duties[name] == []
    assert (report["expiring"], report["expired"], report["never_attested"]) == ([], [], [])


def test_an_empty_profile_is_open_and_names_what_nobody_attested(application: Application) -> None:
    found = application.profile("bank-001")
    assert found["attestations"] == []
    [duties] = found["report"]["check_types"]
    assert duties["outcome"] == "undetermined"
    assert duties["fulfilled"] == duties["violated"] == []
    assert all(each["needs"] for each in duties["undetermined"])
    contract = application.law.check_types["banking/internal_control"].contracts[-1]
    never = [each["fact"] for each in found["report"]["never_attested"]]
    assert never == sorted(contract.required)


def test_a_breach_shows_with_its_remedy_and_exposure(application: Application) -> None:
    profile = read_profile(EXAMPLES / "profiles/bank-001.yaml")
    planned = {"internal_control_state": "planned"}
    for each in profile["attestations"]:
        each["value"] = planned.get(each["fact"], each["value"])
    application.attest("bank-001", profile)
    [duties] = application.profile("bank-001")["report"]["check_types"]
    assert duties["outcome"] == "non_compliant"
    violated = {each["id"]: each for each in duties["violated"]}
    assert "cn.atofl.a6.p5.2" in violated
    assert violated["cn.atofl.a6.p5.2"]["remedy"]["zh"]
    assert violated["cn.atofl.a6.p5.2"]["basis"]["from"]["internal_control_state"] == "profile"
    assert duties["exposure"]["max_fen"] > 0


@pytest.mark.parametrize(
    ("day", "expiring", "expired"),
    [
        ("2026-10-31", False, False),
        ("2026-11-01", True, False),
        ("2026-12-31", True, False),
        ("2027-01-01", False, True),
    ],
)
def test_attestations_run_out_with_notice(
    application: Application, day: str, expiring: bool, expired: bool
) -> None:
    _attest(application, RATING)
    found = application.profile("payments-001", date.fromisoformat(day))
    report = found["report"]
    assert report["as_of"] == found["as_of"] == day
    assert [each["fact"] for each in report["expiring"]] == [RATING["fact"]] * expiring
    assert [each["fact"] for each in report["expired"]] == [RATING["fact"]] * expired
    assert [each["valid"] for each in found["attestations"]] == [not expired]
    for each in (*report["expiring"], *report["expired"]):
        left = date.fromisoformat("2026-12-31") - date.fromisoformat(day)
        assert each["days_left"] == left.days


def test_how_soon_is_soon_is_a_setting(application: Application, rulebook: Rulebook) -> None:
    institution = application.institution("payments-001")
    attested = Attestation("institution_rating_tier", "other", "x", DAY, "e", date(2026, 3, 12))
    reports = [
        profile_report(institution, profile_of([attested]), rulebook, NOW, days) for days in (9, 10)
    ]
    assert [len(each["expiring"]) for each in reports] == [0, 1]
    assert [each["expiring_within_days"] for each in reports] == [9, 10]


def test_an_expired_fact_leaves_its_duty_open(application: Application) -> None:
    application.attest("bank-001", read_profile(EXAMPLES / "profiles/bank-001.yaml"))
    [duties] = application.profile("bank-001", date(2026, 9, 1))["report"]["check_types"]
    assert "cn.atofl.a30.p1.2" in {each["id"] for each in duties["undetermined"]}


def test_each_domain_that_fits_the_roles_is_judged(application: Application) -> None:
    both = replace(application.institution("bank-001"), id="both", roles=("bank", "mvno"))
    application.register(both)
    found = application.profile("both")["report"]["check_types"]
    assert {each["domain"] for each in found} >= {"banking", "telecom"}


def test_only_the_newest_attestation_of_a_fact_stands(application: Application) -> None:
    _attest(application, RATING)
    _attest(application, {**RATING, "value": "other", "assessed_at": "2026-03-01"})
    [standing] = application.profile("payments-001")["attestations"]
    assert (standing["value"], standing["evidence"]) == ("other", "ZF-PJ-2025")
    [earlier] = application.profile("payments-001", date(2026, 2, 1))["attestations"]
    assert earlier["value"] == "a_above_95"


# --- what checks take over ---


def test_an_event_takes_over_what_it_needs_and_says_so(application: Application) -> None:
    assert application.evaluate(_transaction()).decision["outcome"] == "undetermined"
    _attest(application, RATING)
    decision = application.evaluate(_transaction(), explain=True).decision
    assert decision["outcome"] == "compliant"
    assert decision["from_profile"] == [
        {
            "fact": "institution_rating_tier",
            "assessor": "合规部",
            "assessed_at": "2026-01-20",
            "valid_until": "2026-12-31",
        }
    ]
    resting = [each for each in decision["obligations"] if "from" in each.get("basis", {})]
    assert resting
    for each in resting:
        assert each["basis"]["from"] == {"institution_rating_tier": "profile"}
        told = orjson.dumps(each["derivation"])
        assert b'"from":"profile"' in told


def test_a_profile_without_what_an_event_reads_is_not_named(application: Application) -> None:
    _attest(application, LEAD)
    decision = application.evaluate(_transaction()).decision
    assert decision["from_profile"] == []


def test_what_was_posted_wins(application: Application) -> None:
    _attest(application, {**RATING, "value": "other"})
    body = _transaction()
    body["facts"]["institution_rating_tier"] = "a_above_95"
    decision = application.evaluate(body).decision
    assert decision["from_profile"] == []
    assert decision["outcome"] == "compliant"


@pytest.mark.parametrize(
    ("assessed_at", "valid_until"), [("2026-03-01", "2026-03-01"), ("2026-02-01", "2026-03-01")]
)
def test_what_is_not_valid_on_the_day_of_the_act_is_not_taken_over(
    application: Application, assessed_at: str, valid_until: str
) -> None:
    _attest(application, {**RATING, "assessed_at": assessed_at, "valid_until": valid_until})
    decision = application.evaluate(_transaction()).decision
    assert (decision["outcome"], decision["from_profile"]) == ("undetermined", [])


def test_an_assessment_after_the_act_does_not_reach_back(application: Application) -> None:
    _attest(application, {**RATING, "assessed_at": "2026-03-02"})
    earlier = {**_transaction(), "occurred_at": "2026-03-01T10:00:00+08:00"}
    assert application.evaluate(earlier).decision["from_profile"] == []
    assert len(application.evaluate(_transaction()).decision["from_profile"]) == 1


def test_the_record_keeps_what_was_taken_over(application: Application) -> None:
    _attest(application, RATING)
    id_ = application.evaluate(_transaction()).decision["id"]
    _attest(application, {**RATING, "value": "other", "assessed_at": "2026-03-01"})
    context = orjson.loads(application.records.decisions.get_record(id_).context_json)
    [kept] = context["profile"]
    assert kept == {**RATING, "basis": None}
    assert Attestation.from_json(kept).value == "a_above_95"


def test_internal_control_is_judged_from_posted_facts_alone_too(application: Application) -> None:
    body = orjson.loads(
        (EXAMPLES / "banking/internal_control/well-run.done.compliant.json").read_bytes()
    )
    decision = application.evaluate(body).decision
    assert (decision["outcome"], decision["from_profile"]) == ("compliant", [])


def test_what_was_posted_of_the_event_sets_attested_facts_aside(application: Application) -> None:
    application.attest("bank-001", read_profile(EXAMPLES / "profiles/bank-001.yaml"))
    body: Json = orjson.loads(
        (EXAMPLES / "banking/internal_control/well-run.done.compliant.json").read_bytes()
    )
    body["facts"] = {
        "fraud_risk_control_function_in_place": {
            "value": False,
            "assessed_by": "内部审计部",
            "assessed_at": "2026-03-02",
        }
    }
    decision = application.evaluate(body).decision
    [note] = decision["notes"]
    assert note["code"] == "profile_set_aside"
    assert "fraud_risk_lead_named" in note["facts"]
    assert {each["fact"] for each in decision["from_profile"]}.isdisjoint(note["facts"])
    statuses = {each["id"]: each["status"] for each in decision["obligations"]}
    assert statuses["cn.atofl.a6.p5.1"] == "violated"


def test_an_attested_element_gives_way_to_facts_of_the_event(application: Application) -> None:
    _attest(application, {**LEAD, "fact": "fraud_risk_control_function_in_place"}, to="bank-001")
    body: Json = orjson.loads(
        (
            EXAMPLES / "banking/internal_control/measures-planned.done.non_compliant.json"
        ).read_bytes()
    )
    body["facts"] |= {"fraud_risk_lead_named": False, "fraud_risk_unit_designated": False}
    decision = application.evaluate(body).decision
    assert [each["code"] for each in decision["notes"]] == ["profile_set_aside"]
    assert decision["notes"][0]["facts"] == ["fraud_risk_control_function_in_place"]


# --- the licence ---


@pytest.mark.parametrize(
    ("first", "last", "noted"),
    [
        ("2026-03-02", "2026-03-02", False),
        ("2026-03-03", None, True),
        (None, "2026-03-01", True),
        (None, None, False),
    ],
)
def test_an_act_outside_the_licence_is_judged_by_the_roles_with_a_note(
    application: Application, first: str | None, last: str | None, noted: bool
) -> None:
    changed = replace(
        application.institution("payments-001"),
        licensed_from=date.fromisoformat(first) if first else None,
        licensed_until=date.fromisoformat(last) if last else None,
    )
    application.register(changed)
    decision = application.evaluate(_transaction()).decision
    assert [each["code"] for each in decision["notes"]] == ["not_licensed"] * noted
    assert decision["outcome"] == "undetermined"


# --- what may be attested ---


def test_a_profile_of_nobody_is_not_found(application: Application) -> None:
    with pytest.raises(NotFound, match="bank-009"):
        _attest(application, LEAD, to="bank-009")
    with pytest.raises(NotFound):
        application.profile("bank-009")


@pytest.mark.parametrize(
    ("changed", "code", "place"),
    [
        ({"fact": "fraud_risk_lead_namd"}, "fact_unknown", "fact"),
        ({"fact": "customer_name"}, "fact_unknown", "fact"),
        # Another domain's, of one event, the act itself, and what only sanctions depend on.
        ({"fact": "phone_cards_offered", "value": True}, "fact_not_attestable", "fact"),
        ({"fact": "fraud_prompt_given", "value": True}, "fact_not_attestable", "fact"),
        ({"fact": "payment_processed", "value": True}, "fact_not_attestable", "fact"),
        ({"fact": "gravity", "value": "serious"}, "fact_not_attestable", "fact"),
        ({"value": "yes"}, "fact_wrong_type", "value"),
        ({"value": None}, "attestation_invalid", "value"),
        ({"fact": "antifraud_team_staff", "value": -1}, "fact_out_of_range", "value"),
        ({"fact": "staff_training_last_on", "value": "2026-02-30"}, "date_invalid", "value"),
        ({"assessor": None}, "attestation_invalid", "assessor"),
        ({"assessor": "  "}, "attestation_invalid", "assessor"),
        ({"evidence": ""}, "attestation_invalid", "evidence"),
        ({"assessed_at": "2026-03-03"}, "date_invalid", "assessed_at"),
        ({"assessed_at": "1.3.2026"}, "attestation_invalid", "assessed_at"),
        ({"valid_until": "2026-01-19"}, "date_invalid", "valid_until"),
        ({"valid": True}, "attestation_invalid", "valid"),
    ],
)
def test_what_cannot_be_attested_is_refused_with_its_place_and_nothing_is_kept(
    application: Application, changed: Json, code: str, place: str
) -> None:
    with pytest.raises(Problems) as refused:
        _attest(application, RATING, {**LEAD, **changed})
    assert [each.code for each in refused.value.errors] == [code]
    assert str(refused.value.errors[0].where) == f"attestations.1.{place}"
    assert refused.value.errors[0].hint is not None
    assert application.profile("payments-001")["attestations"] == []


def test_facts_of_one_event_and_of_persons_are_no_part_of_a_profile(small_law: Rulebook) -> None:
    attestable = AttestableFacts(INSTITUTIONS["seller-1"], small_law, DAY)
    # Personal, the act itself, required of each event, and judged anew for each event.
    for name in ("buyer_name", "sold", "tickets_held", "refusal_reasonable"):
        assert name not in attestable.names
        assert attestable.why_not(name).zh
    assert "price_fen" in attestable.names


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"attestations": []},
        {"attestations": "all"},
        {"attestations": [1]},
        {"attestations": [LEAD, LEAD]},
        {"attestation": [LEAD]},
        {"attestations": [LEAD] * 1001},
    ],
)
def test_another_form_is_refused(application: Application, body: Json) -> None:
    with pytest.raises(Problems) as refused:
        application.attest("bank-001", body)
    assert refused.value.code == "attestation_invalid"
