"""What must hold of every check: silence never helps, more facts never unsettle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanzha.errors import Problems
from fanzha.usecases.advice import ORDER
from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import NO_ORDER, SOUND_SALE, Json, order, sale, statuses

_FAST = settings(
    max_examples=150,
    deadline=None,
    # The fixture is the law, which nothing changes.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

_TIMES = st.sampled_from(
    ["2026-02-01T08:00:00+08:00", "2026-02-25T09:30:00+08:00", "2026-03-02T09:45:00+08:00"]
)
_SALE_FACTS: Mapping[str, st.SearchStrategy[Any]] = {
    "sold": st.booleans(),
    "tickets_held": st.integers(3, 6),
    "identity_checked": st.booleans(),
    "document_result": st.sampled_from(["match", "mismatch"]),
    "buyer_verified": st.booleans(),
    "ticket_class": st.sampled_from(["first", "second"]),
    "price_fen": st.sampled_from([10_000, 10_001, 50_000, 50_001]),
    "sale_refused": st.booleans(),
    "refusal_reasonable": st.booleans().map(
        lambda value: {"value": value, "assessed_by": "desk", "assessed_at": "2026-03-01"}
    ),
    "buyer_name": st.sampled_from(["", "lin", "wang"]),
    "document_name": st.sampled_from(["lin", "LIN "]),
    "risk_signals": st.integers(2, 4),
    "buyer_warned": st.booleans(),
    "price_changed_at": _TIMES,
    "price_shown_at": _TIMES,
}
_ORDER_FACTS: Mapping[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(NO_ORDER, st.booleans()),
    "order_received_at": _TIMES,
    "order_executed": st.booleans(),
    "incident_known_at": _TIMES,
    "incident_reported": st.booleans(),
    "objection_received_at": _TIMES,
    "objection_answered": st.booleans(),
    "objection_answered_at": _TIMES,
    "contract_ended_at": _TIMES,
    "records_deleted": st.booleans(),
}


def _some(facts: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional=dict(facts))


_STAGES = st.sampled_from(["done", "proposed"])
_BODIES = st.one_of(
    st.builds(
        lambda facts, stage: sale(*SOUND_SALE, changed={"stage": stage, "facts": facts}),
        _some(_SALE_FACTS),
        _STAGES,
    ),
    st.builds(
        lambda facts, stage: order(changed={"stage": stage, "facts": facts}),
        _some(_ORDER_FACTS),
        _STAGES,
    ),
)


def _judged(evaluate: Evaluate, body: Json, **options: Any) -> Json | None:
    """Return the decision; None where a stated element contradicts the facts."""
    try:
        return evaluate(body, **options)
    except Problems as problems:
        if problems.code == "element_contradicted":
            return None
        raise


@_FAST
@given(data=st.data())
def test_taking_facts_out_of_a_compliant_check_never_fulfils_anything(
    evaluate: Evaluate, data: st.DataObject
) -> None:
    missing = data.draw(st.sets(st.sampled_from(sorted(SOUND_SALE)), min_size=1))
    decision = evaluate(sale(*missing))
    assert decision["outcome"] in {"compliant", "undetermined", "not_applicable"}
    before = statuses(evaluate(sale()))
    for id_, status in statuses(decision).items():
        assert status in {before[id_], "undetermined"}
    # Every fact of the sound sale is there because some obligation rests on it.
    assert decision["outcome"] == "undetermined"


@_FAST
@given(body=_BODIES, data=st.data())
def test_taking_a_fact_out_settles_nothing(
    evaluate: Evaluate, body: Json, data: st.DataObject
) -> None:
    full = _judged(evaluate, body)
    if full is None or not body["facts"]:
        return
    kept = data.draw(st.sets(st.sampled_from(sorted(body["facts"]))))
    fewer = evaluate({**body, "facts": {name: body["facts"][name] for name in kept}})
    before = statuses(full)
    for id_, status in statuses(fewer).items():
        # What acts are named is assumed in a proposed check; a stated false is then forgotten.
        if body["stage"] == "proposed" and "sold" in body["facts"] and "sold" not in kept:
            continue
        assert status in {before[id_], "undetermined"}, id_


@_FAST
@given(body=_BODIES, data=st.data())
def test_adding_facts_changes_no_status_that_is_settled(
    evaluate: Evaluate, body: Json, data: st.DataObject
) -> None:
    before = _judged(evaluate, body)
    every = _SALE_FACTS if body["check_type"] == "sale" else _ORDER_FACTS
    added = data.draw(_some({name: each for name, each in every.items() if name != "sold"}))
    after = _judged(evaluate, {**body, "facts": {**added, **body["facts"]}})
    if before is None or after is None:
        return
    for id_, status in statuses(before).items():
        if status != "undetermined":
            assert statuses(after)[id_] == status, id_


@_FAST
@given(body=_BODIES)
def test_outcome_settled_and_advice_follow_from_the_obligations(
    evaluate: Evaluate, body: Json
) -> None:
    decision = _judged(evaluate, body)
    if decision is None:
        return
    found = set(statuses(decision).values())
    words = {
        "violated": "non_compliant",
        "undetermined": "undetermined",
        "pending": "pending",
        "fulfilled": "compliant",
    }
    expected = next((word for status, word in words.items() if status in found), "not_applicable")
    assert decision["outcome"] == expected
    settled = [
        each for each in statuses(decision).values() if each not in {"undetermined", "pending"}
    ]
    assert decision["settled"]["of"] == len(settled)
    if body["stage"] == "done":
        assert "advice" not in decision
    else:
        words_of_advice = [each["advice"] for each in decision["obligations"]]
        assert decision["advice"] == max(words_of_advice, key=ORDER.index)
        compliant = {"fulfilled", "not_applicable"}
        for each in decision["obligations"]:
            assert (each["advice"] == "proceed") is (each["status"] in compliant)


@_FAST
@given(body=_BODIES, data=st.data())
def test_stating_the_facts_that_are_needed_settles(
    evaluate: Evaluate, body: Json, data: st.DataObject
) -> None:
    """Some values of each set settle the obligation; those that could not are not named."""
    decision = _judged(evaluate, body)
    if decision is None:
        return
    every = _SALE_FACTS if body["check_type"] == "sale" else _ORDER_FACTS
    undetermined = [each for each in decision["obligations"] if each["status"] == "undetermined"]
    if not undetermined:
        return
    chosen = data.draw(st.sampled_from(undetermined))
    assert chosen["needs"]
    need = data.draw(st.sampled_from(chosen["needs"]))
    for values in _values([each["fact"] for each in need], every):
        told = _judged(evaluate, {**body, "facts": {**body["facts"], **values}})
        if told is not None and statuses(told)[chosen["id"]] != "undetermined":
            return
    raise AssertionError(f"{chosen['id']} stays open whatever {need} are")


@_FAST
@given(body=_BODIES, data=st.data())
def test_a_fact_that_was_taken_out_is_among_what_is_needed(
    evaluate: Evaluate, body: Json, data: st.DataObject
) -> None:
    full = _judged(evaluate, body)
    removable = sorted(set(body["facts"]) - {"sold"})
    if full is None or not removable:
        return
    name = data.draw(st.sampled_from(removable))
    facts = {other: value for other, value in body["facts"].items() if other != name}
    before = statuses(full)
    for each in evaluate({**body, "facts": facts})["obligations"]:
        if each["status"] == "undetermined" and before[each["id"]] != "undetermined":
            assert [name] in [[one["fact"] for one in need] for need in each["needs"]]


_POSSIBLE: Mapping[str, list[Any]] = {
    "tickets_held": [0, 5],
    "risk_signals": [0, 5],
    "document_result": ["match", "mismatch"],
    "ticket_class": ["first", "second"],
    "price_fen": [0, 60_000],
    "buyer_name": ["lin", "wang", ""],
    "document_name": ["lin", "wang"],
    "price_changed_at": ["2026-02-01T08:00:00+08:00", "2026-03-03T08:00:00+08:00"],
    "price_shown_at": ["2026-02-01T08:00:00+08:00", "2026-03-04T08:00:00+08:00"],
    "order_received_at": ["2026-02-25T09:30:00+08:00"],
    "incident_known_at": ["2026-02-25T09:30:00+08:00"],
    "objection_answered_at": ["2026-02-25T09:30:00+08:00"],
    "objection_received_at": ["2026-02-25T09:30:00+08:00"],
    "contract_ended_at": ["2026-02-25T09:30:00+08:00"],
    "refusal_reasonable": [
        {"value": value, "assessed_by": "compliance", "assessed_at": "2026-02-25"}
        for value in (True, False)
    ],
}


def _values(names: list[str], every: Mapping[str, object]) -> list[Json]:
    combinations: list[Json] = [{}]
    for name in names:
        assert name in every or name in {"price_within_limit", "name_recorded"}, name
        values = _POSSIBLE.get(name, [True, False])
        combinations = [{**one, name: value} for one in combinations for value in values]
    return combinations


@_FAST
@given(body=_BODIES)
def test_the_derivation_agrees_with_the_status(evaluate: Evaluate, body: Json) -> None:
    decision = _judged(evaluate, body, explain=True)
    if decision is None:
        return
    for each in decision["obligations"]:
        derivation = each["derivation"]
        if "binds" in derivation:
            assert each["status"] == "not_applicable"
            continue
        applies, violated = derivation["applies"]["truth"], derivation["violated"]["truth"]
        if applies is False:
            expected = {"not_applicable"}
        elif applies and violated is False:
            expected = {"fulfilled"}
        elif applies and violated:
            # A deadline decides between these; without its start the duty stays open.
            expected = (
                {"violated", "pending", "undetermined"}
                if "due" in each
                else {
                    "violated",
                    "undetermined",
                }
            )
        else:
            expected = {"undetermined"}
        assert each["status"] in expected, each["id"]
