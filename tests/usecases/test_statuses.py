"""Each obligation gets the status that the facts, the roles, the stage and the day give it."""

from __future__ import annotations

import pytest

from fanzha.errors import Problems, WrongEnvelope
from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import NOW, obligation, order, sale, statuses


def test_a_sound_sale_is_compliant_from_operational_facts_alone(evaluate: Evaluate) -> None:
    decision = evaluate(sale())
    assert decision["outcome"] == "compliant"
    assert statuses(decision) == {
        "small.a1": "fulfilled",
        "small.a2": "fulfilled",
        "small.a3": "fulfilled",
        "small.a4": "not_applicable",
        "small.a5": "fulfilled",
        "small.a6": "fulfilled",
        "small.a7": "fulfilled",
        "small.a8": "not_applicable",
        "small.a9": "fulfilled",
    }
    assert decision["settled"] == {"of": 9, "in_scope": 9}
    assert decision["liabilities"] == []
    assert decision["exposure"]["max_fen"] == 0
    assert decision["missing_required"] == []
    assert decision["unused"] == []


@pytest.mark.parametrize(("held", "status"), [(4, "fulfilled"), (5, "violated"), (6, "violated")])
def test_a_number_of_the_law_is_exact(evaluate: Evaluate, held: int, status: str) -> None:
    assert statuses(evaluate(sale(tickets_held=held)))["small.a1"] == status


@pytest.mark.parametrize(
    ("ticket_class", "price_fen", "status"),
    [
        ("second", 10_000, "fulfilled"),
        ("second", 10_001, "violated"),
        ("first", 10_001, "fulfilled"),
        ("first", 50_000, "fulfilled"),
        ("first", 50_001, "violated"),
    ],
)
def test_a_table_decides_by_class(
    evaluate: Evaluate, ticket_class: str, price_fen: int, status: str
) -> None:
    decision = evaluate(sale(ticket_class=ticket_class, price_fen=price_fen))
    assert statuses(decision)["small.a3"] == status


def test_a_table_without_its_class_leaves_the_element_open(evaluate: Evaluate) -> None:
    decision = evaluate(sale("ticket_class", price_fen=1))
    assert statuses(decision)["small.a3"] == "undetermined"


def test_a_violation_makes_the_check_non_compliant_and_says_what_to_do(evaluate: Evaluate) -> None:
    decision = evaluate(sale(document_result="mismatch"))
    assert decision["outcome"] == "non_compliant"
    found = obligation(decision, "small.a2")
    assert found["status"] == "violated"
    assert found["remedy"] == {"zh": "核验证件", "en": "Check the document"}
    assert found["basis"]["facts"] == {"buyer_verified": False, "sold": True}


def test_a_violation_that_follows_is_not_hidden_by_what_is_missing(evaluate: Evaluate) -> None:
    decision = evaluate(sale("identity_checked", document_result="mismatch"))
    assert statuses(decision)["small.a2"] == "violated"
    assert evaluate(sale("risk_signals", tickets_held=9))["outcome"] == "non_compliant"


@pytest.mark.parametrize("missing", ["tickets_held", "document_result", "buyer_name", "sold"])
def test_a_missing_fact_leaves_the_check_undetermined(evaluate: Evaluate, missing: str) -> None:
    decision = evaluate(sale(missing))
    assert decision["outcome"] == "undetermined"
    assert decision["settled"]["of"] < decision["settled"]["in_scope"]


def test_null_is_the_same_as_absent(evaluate: Evaluate) -> None:
    absent, null = evaluate(sale("tickets_held")), evaluate(sale(tickets_held=None))
    for decision in (absent, null):
        del decision["id"]
    assert absent == null


def test_nothing_in_scope_that_applies_is_not_applicable(evaluate: Evaluate) -> None:
    assert evaluate(order())["outcome"] == "not_applicable"


def test_a_role_that_is_not_bound_has_no_duty(evaluate: Evaluate) -> None:
    decision = evaluate(sale("buyer_warned"))
    assert statuses(decision)["small.a8"] == "not_applicable"
    assert statuses(decision)["small.a7"] == "undetermined"
    of_carrier = evaluate(sale("buyer_warned", changed={"institution": "carrier-1"}))
    assert statuses(of_carrier)["small.a8"] == "undetermined"
    assert {id_ for id_, each in statuses(of_carrier).items() if each != "not_applicable"} == {
        "small.a8"
    }


def test_a_role_brings_the_duties_of_what_it_implies(evaluate: Evaluate) -> None:
    decision = evaluate(sale(tickets_held=5, changed={"institution": "stall-1"}))
    assert statuses(decision)["small.a1"] == "violated"


def test_a_duty_of_what_is_done_is_not_asked_of_what_is_proposed(evaluate: Evaluate) -> None:
    proposed = evaluate(sale(sale_refused=True, changed={"stage": "proposed"}))
    assert "small.a4" not in statuses(proposed)
    assert statuses(evaluate(sale(sale_refused=True)))["small.a4"] == "undetermined"


def test_a_proposed_act_is_taken_as_true_and_a_done_one_is_not(evaluate: Evaluate) -> None:
    proposed = evaluate(sale("sold", "sale_refused", changed={"stage": "proposed"}))
    assert proposed["outcome"] == "compliant"
    assert evaluate(sale("sold"))["outcome"] == "undetermined"


def test_a_proposed_act_that_is_stated_as_false_stays_false(evaluate: Evaluate) -> None:
    decision = evaluate(sale(sold=False, changed={"stage": "proposed"}))
    assert statuses(decision)["small.a1"] == "not_applicable"


def test_an_assessor_may_state_an_element_without_its_facts(evaluate: Evaluate) -> None:
    stated = sale("identity_checked", "document_result", buyer_verified=True)
    assert statuses(evaluate(stated))["small.a2"] == "fulfilled"


def test_a_system_may_state_a_derived_fact_itself(evaluate: Evaluate) -> None:
    stated = evaluate(sale("risk_signals", risk_score=60))
    assert statuses(stated)["small.a6"] == "violated"
    # What is stated counts, not what would be derived.
    assert statuses(evaluate(sale(risk_signals=0, risk_score=60)))["small.a6"] == "violated"


# --- scope and contract ---


def test_a_scope_of_an_id_judges_that_obligation_only(evaluate: Evaluate) -> None:
    decision = evaluate(sale(tickets_held=9, changed={"scope": ["small.a2"]}))
    assert statuses(decision) == {"small.a2": "fulfilled"}
    assert decision["outcome"] == "compliant"


def test_a_scope_may_be_how_ids_begin(evaluate: Evaluate) -> None:
    decision = evaluate(sale(changed={"scope": ["small.a2", "small.a3"]}))
    assert list(statuses(decision)) == ["small.a2", "small.a3"]
    assert len(statuses(evaluate(sale(changed={"scope": ["small."]})))) == 9
    assert len(statuses(evaluate(sale(changed={"scope": []})))) == 9


def test_a_scope_that_names_nothing_is_refused_with_its_place(evaluate: Evaluate) -> None:
    with pytest.raises(Problems) as caught:
        evaluate(sale(changed={"scope": ["small.a2", "small.b1"]}))
    [error] = caught.value.errors
    assert (error.code, str(error.where)) == ("check_invalid", "scope.1")
    assert error.hint is not None
    assert "small.a1" in error.hint.en


def test_a_caller_of_an_older_contract_is_not_asked_what_came_later(evaluate: Evaluate) -> None:
    first = evaluate(sale("buyer_warned", changed={"contract": 1}))
    assert "small.a7" not in statuses(first)
    assert first["outcome"] == "compliant"
    assert first["missing_required"] == []
    newest = evaluate(sale("buyer_warned"))
    assert newest["check"]["contract"] == 2
    assert newest["outcome"] == "undetermined"
    assert newest["missing_required"] == ["buyer_warned"]


@pytest.mark.parametrize("contract", [0, 3, -1])
def test_a_contract_that_is_not_there_is_refused(evaluate: Evaluate, contract: int) -> None:
    with pytest.raises(WrongEnvelope) as caught:
        evaluate(sale(changed={"contract": contract}))
    assert str(caught.value.where) == "contract"


# --- the law of the day ---


@pytest.mark.parametrize(
    ("day", "ids"),
    [
        ("2019-12-31", set()),
        ("2020-12-31", {"small.a1.former"}),
        ("2021-01-01", {"small.a1"}),
    ],
)
def test_the_law_of_the_day_of_the_act_decides(evaluate: Evaluate, day: str, ids: set[str]) -> None:
    decision = evaluate(sale(changed={"occurred_at": f"{day}T12:00:00+08:00"}))
    assert {id_ for id_ in statuses(decision) if id_.startswith("small.a1")} == ids
    assert decision["law"]["as_of"] == day


def test_the_day_is_the_day_in_china(evaluate: Evaluate) -> None:
    last_moment = evaluate(sale(changed={"occurred_at": "2020-12-31T15:59:59Z"}))
    assert "small.a1.former" in statuses(last_moment)
    next_moment = evaluate(sale(changed={"occurred_at": "2020-12-31T16:00:00Z"}))
    assert "small.a1" in statuses(next_moment)
    assert next_moment["law"]["as_of"] == "2021-01-01"


def test_a_former_number_counts_on_the_days_of_the_former_rule(evaluate: Evaluate) -> None:
    at_four = sale(tickets_held=4, changed={"occurred_at": "2020-06-01T12:00:00+08:00"})
    assert statuses(evaluate(at_four))["small.a1.former"] == "violated"


def test_a_law_that_is_not_in_force_on_that_day_is_named(evaluate: Evaluate) -> None:
    now = evaluate(sale())
    [later] = now["law"]["not_in_force"]
    assert later["instrument"] == "later_rule"
    assert later["in_force"] == {"from": "2026-06-01", "to": None}
    before_all = evaluate(sale(changed={"occurred_at": "2019-12-31T12:00:00+08:00"}))
    assert [each["instrument"] for each in before_all["law"]["not_in_force"]] == [
        "later_rule",
        "small_act",
    ]
    assert before_all["outcome"] == "not_applicable"


def test_a_law_of_the_future_is_asked_of_what_is_proposed_for_then(evaluate: Evaluate) -> None:
    for day, expected in (("2026-05-31", False), ("2026-06-01", True)):
        changed = {"stage": "proposed", "occurred_at": f"{day}T12:00:00+08:00"}
        decision = evaluate(sale(changed=changed))
        assert ("later.i1" in statuses(decision)) is expected
        assert (decision["law"]["not_in_force"] == []) is expected


# --- facts that nothing reads, facts that the check carries ---


def test_a_known_fact_that_nothing_reads_is_listed(evaluate: Evaluate) -> None:
    decision = evaluate(sale(nothing_reads_this=True, order_executed=True))
    assert decision["unused"] == ["nothing_reads_this", "order_executed"]
    assert decision["outcome"] == "compliant"


def test_conditions_may_read_the_times_of_the_check_itself(evaluate: Evaluate) -> None:
    later_change = sale("price_shown_at", price_changed_at="2026-03-02T10:00:01+08:00")
    assert statuses(evaluate(later_change))["small.a9"] == "not_applicable"
    same_moment = sale("price_shown_at", price_changed_at="2026-03-02T10:00:00+08:00")
    assert statuses(evaluate(same_moment))["small.a9"] == "undetermined"


def test_the_same_moment_in_another_offset_is_the_same(evaluate: Evaluate) -> None:
    in_utc = sale("price_shown_at", price_changed_at="2026-03-02T02:00:00Z")
    assert statuses(evaluate(in_utc))["small.a9"] == "undetermined"


@pytest.mark.parametrize("name", ["occurred_at", "known_at"])
def test_a_supplied_fact_cannot_be_posted_among_the_facts(evaluate: Evaluate, name: str) -> None:
    with pytest.raises(Problems) as caught:
        evaluate(sale(**{name: "2026-03-02T10:00:00+08:00"}))
    assert caught.value.code == "fact_unknown"


def test_what_was_known_is_by_default_what_is_known_now(evaluate: Evaluate) -> None:
    assert evaluate(sale())["check"]["known_at"] == NOW.isoformat()
    ahead = sale(changed={"stage": "proposed", "occurred_at": "2026-05-01T10:00:00+08:00"})
    assert evaluate(ahead)["check"]["known_at"] == "2026-05-01T10:00:00+08:00"


def test_what_was_known_before_the_act_is_refused(evaluate: Evaluate) -> None:
    with pytest.raises(Problems) as caught:
        evaluate(sale(changed={"known_at": "2026-03-02T09:59:59+08:00"}))
    assert (caught.value.code, str(caught.value.where)) == ("date_invalid", "known_at")


def test_what_is_done_lies_no_more_than_five_minutes_ahead(evaluate: Evaluate) -> None:
    evaluate(sale(changed={"occurred_at": "2026-03-02T12:05:00+08:00"}))
    with pytest.raises(Problems) as caught:
        evaluate(sale(changed={"occurred_at": "2026-03-02T12:05:01+08:00"}))
    assert (caught.value.code, str(caught.value.where)) == ("date_invalid", "occurred_at")
    assert caught.value.hint is not None
    assert "proposed" in caught.value.hint.en


def test_nobody_knows_what_lies_ahead_of_what_is_done(evaluate: Evaluate) -> None:
    ahead = {"known_at": "2026-03-02T12:05:01+08:00"}
    with pytest.raises(Problems) as caught:
        evaluate(sale(changed=ahead))
    assert (caught.value.code, str(caught.value.where)) == ("date_invalid", "known_at")
    evaluate(sale(changed={"known_at": "2026-03-02T12:05:00+08:00"}))
    # Of what is proposed for a later day, one may ask as of that day.
    evaluate(sale(changed={**ahead, "stage": "proposed"}))


def test_everything_that_is_wrong_with_a_check_is_told_at_once(evaluate: Evaluate) -> None:
    body = sale(tickets_hold=1, price_fen=-1, changed={"scope": ["none"]})
    body["circumstances"] = {"gravity": "awful"}
    with pytest.raises(Problems) as caught:
        evaluate(body)
    assert sorted(str(error.where) for error in caught.value.errors) == [
        "circumstances.gravity",
        "facts.price_fen",
        "facts.tickets_hold",
        "scope.0",
    ]


def test_the_decision_says_what_it_was_made_with(evaluate: Evaluate) -> None:
    decision = evaluate(sale(changed={"reference": "S-17"}))
    assert decision["reference"] == "S-17"
    assert decision["versions"].keys() == {"service", "engine", "language", "plugins"}
    [bundle] = decision["law"]["bundles"]
    assert bundle["name"] == "small_law"
    assert len(bundle["digest"]) == 64
    assert decision["recorded_at"] == NOW.isoformat()
    assert obligation(decision, "small.a1")["basis"]["parameters"] == [
        {"id": "small.ticket_cap", "value": 5, "unit": "tickets", "grade": "A"}
    ]
