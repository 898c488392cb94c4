"""What violations can bring: which clauses, in which tiers, at what cost together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import Json, liability, order, sale, statuses

NO_FINE = {"min_fen": 0, "max_fen": 0, "unbounded": False, "depends_on": []}


def _range(minimum: int, maximum: int | None, *depends_on: str) -> Json:
    return {
        "min_fen": minimum,
        "max_fen": maximum,
        "unbounded": maximum is None,
        "depends_on": list(depends_on),
    }


def _of_institution(decision: Json) -> Json:
    return {key: value for key, value in decision["exposure"].items() if key != "individual"}


def _with(**circumstances: Any) -> Json:
    return {"circumstances": circumstances}


KNOWN = {"gravity": "ordinary", "correction_refused": False, "gains_fen": 0}
"""Circumstances that leave nothing open: only the mildest tier."""


def _tiers(decision: Json, id_: str) -> list[str]:
    return [each["name"] for each in liability(decision, id_)["tiers"]]


def _over_cap(evaluate: Evaluate, **circumstances: Any) -> Json:
    return evaluate(sale(tickets_held=5, changed=_with(**circumstances)))


def test_firm_and_possible_liabilities_are_told_apart(evaluate: Evaluate) -> None:
    decision = _over_cap(evaluate, **KNOWN)
    firm = {each["id"]: each["firm"] for each in decision["liabilities"]}
    assert firm == {"small.l1": True, "small.l4": True, "small.l3": False}
    # Firm ones come first.
    assert [each["firm"] for each in decision["liabilities"]] == [True, True, False]


def test_a_possible_liability_is_never_added_to_the_exposure(evaluate: Evaluate) -> None:
    assert _of_institution(_over_cap(evaluate, **KNOWN)) == NO_FINE


def test_a_fine_on_individuals_stands_apart(evaluate: Evaluate) -> None:
    decision = _over_cap(evaluate, **KNOWN)
    assert decision["exposure"]["individual"] == _range(1_000, 50_000)
    assert liability(decision, "small.l4")["subject"] == ["individual"]


def test_a_liability_names_its_source_and_the_violations_it_is_for(evaluate: Evaluate) -> None:
    found = liability(_over_cap(evaluate, **KNOWN), "small.l1")
    assert found["cites"] == ["SMALL 21"]
    assert found["violations"] == ["small.a1"]
    assert found["type"] == "administrative"
    assert found["authority"] == {"zh": "测试机关", "en": "Testing authority"}
    assert found["tiers"] == [
        {
            "name": "ordinary",
            "title": {"zh": "一般情节", "en": "Ordinary"},
            "measures": [{"measure": "warning", "title": {"zh": "警告", "en": "Warning"}}],
            "optional_measures": [],
        }
    ]


def test_the_gravest_tier_that_is_true_takes_the_place_of_the_milder(evaluate: Evaluate) -> None:
    refusing = _over_cap(evaluate, **{**KNOWN, "correction_refused": True})
    assert _tiers(refusing, "small.l1") == ["refusing"]
    assert _of_institution(refusing) == _range(100_000, 1_000_000)
    both = _over_cap(evaluate, **{**KNOWN, "correction_refused": True, "gravity": "serious"})
    assert _tiers(both, "small.l1") == ["serious"]
    assert _of_institution(both) == _range(1_000_000, 5_000_000)


def test_an_open_tier_says_what_would_settle_it_and_widens_the_range(evaluate: Evaluate) -> None:
    decision = _over_cap(evaluate, gains_fen=0)
    assert _tiers(decision, "small.l1") == ["ordinary", "refusing", "serious"]
    tiers = {each["name"]: each for each in liability(decision, "small.l1")["tiers"]}
    assert "when_open" not in tiers["ordinary"]
    [[refused]] = tiers["refusing"]["when_open"]
    assert refused == {
        "fact": "correction_refused",
        "title": {"zh": "拒不改正", "en": "Correction refused"},
    }
    [[gravity]] = tiers["serious"]["when_open"]
    assert gravity["fact"] == "gravity"
    assert _of_institution(decision) == _range(0, 5_000_000)


def test_an_open_tier_below_one_that_is_true_cannot_come_any_more(evaluate: Evaluate) -> None:
    decision = _over_cap(evaluate, gravity="serious", gains_fen=0)
    assert _tiers(decision, "small.l1") == ["serious"]


def test_an_additive_tier_comes_on_top(evaluate: Evaluate) -> None:
    decision = _over_cap(evaluate, gravity="serious", correction_refused=False, gains_fen=700)
    assert _tiers(decision, "small.l1") == ["serious", "gains"]
    assert _of_institution(decision) == _range(1_000_700, 5_000_700)


def test_an_open_additive_tier_leaves_the_maximum_open(evaluate: Evaluate) -> None:
    decision = _over_cap(evaluate, gravity="serious", correction_refused=False)
    assert _of_institution(decision) == _range(1_000_000, None, "gains_fen")


def test_several_violations_under_one_article_bring_one_penalty(evaluate: Evaluate) -> None:
    circumstances = {**KNOWN, "correction_refused": True}
    body = sale(
        "buyer_verified", "document_result", tickets_held=5, buyer_verified=False,
        changed=_with(**circumstances),
    )  # fmt: skip
    decision = evaluate({**body, "facts": {**body["facts"], "document_result": "mismatch"}})
    assert liability(decision, "small.l1")["violations"] == ["small.a1", "small.a2"]
    # l2 is about one of the same acts, which is fined once, at the higher amount.
    assert _of_institution(decision) == _range(200_000, 1_000_000)


def test_an_act_under_two_articles_is_fined_once_at_the_higher_amount(evaluate: Evaluate) -> None:
    mild = evaluate(sale(document_result="mismatch", changed=_with(**KNOWN)))
    assert {each["id"] for each in mild["liabilities"]} == {"small.l1", "small.l2"}
    assert _of_institution(mild) == _range(200_000, 700_000)
    grave = evaluate(
        sale(document_result="mismatch", changed=_with(**{**KNOWN, "gravity": "serious"}))
    )
    assert _of_institution(grave) == _range(1_000_000, 5_000_000)


def test_different_acts_are_fined_each(evaluate: Evaluate) -> None:
    body = sale(
        document_result="mismatch",
        document_name="another",
        changed=_with(**{**KNOWN, "gains_fen": 1_000}),
    )
    decision = evaluate(body)
    # 200,000 to 700,000 for a2 (l1 brings no more than the gains), and one to ten times the gains.
    assert _of_institution(decision) == _range(201_000, 710_000)


def test_a_fine_that_is_one_alternative_may_not_come(evaluate: Evaluate) -> None:
    decision = evaluate(sale(price_fen=10_001, changed=_with(crime_established=False)))
    [found] = decision["liabilities"]
    assert found["tiers"][0]["fine"] == {
        "min_fen": 30_000,
        "max_fen": 300_000,
        "alternative": True,
    }
    assert _of_institution(decision) == _range(0, 300_000)


@pytest.mark.parametrize("crime", [True, None])
def test_fines_of_a_criminal_court_are_not_in_the_exposure(
    evaluate: Evaluate, crime: bool | None
) -> None:
    decision = evaluate(sale(price_fen=10_001, changed=_with(crime_established=crime)))
    assert liability(decision, "small.l5")["type"] == "criminal"
    assert _of_institution(decision) == _range(0, 300_000)


def test_a_clause_none_of_whose_tiers_can_come_is_not_listed(evaluate: Evaluate) -> None:
    decision = evaluate(sale(price_fen=10_001, changed=_with(crime_established=False)))
    assert "small.l5" not in {each["id"] for each in decision["liabilities"]}


def test_a_multiple_of_a_known_amount_is_worked_out(evaluate: Evaluate) -> None:
    decision = evaluate(sale(document_name="another", changed=_with(gains_fen=1_500)))
    assert _of_institution(decision) == _range(1_500, 15_000)
    assert liability(decision, "small.l7")["tiers"][0]["fine"] == {
        "multiple_of": "gains_fen",
        "minimum": 1,
        "maximum": 10,
        "alternative": False,
    }


def test_a_multiple_of_an_unknown_amount_has_no_upper_bound_and_says_on_what(
    evaluate: Evaluate,
) -> None:
    decision = evaluate(sale(document_name="another"))
    assert _of_institution(decision) == _range(0, None, "gains_fen")


def test_only_what_is_violated_brings_liability(evaluate: Evaluate) -> None:
    start = "2026-03-02T10:00:00+08:00"
    for body, word in (
        (sale("tickets_held"), "undetermined"),
        (
            order(
                order_relevant=True,
                order_executed=False,
                order_received_at=start,
                changed={"known_at": start},
            ),
            "pending",
        ),
    ):
        decision = evaluate(body)
        assert word in statuses(decision).values()
        assert decision["liabilities"] == []
        assert decision["exposure"] == {**NO_FINE, "individual": NO_FINE}
