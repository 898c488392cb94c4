"""What many checks share is read by all of them and changed by none."""

from __future__ import annotations

import copy

import orjson

from fanzha.engine import Status
from fanzha.model.norms import Stage
from fanzha.usecases.judged_duty import JudgedDuty
from fanzha.usecases.rulebook import Rulebook
from tests.usecases.conftest import Evaluate
from tests.usecases.small_checks import order, sale

CHECKS = (
    sale(),
    sale(tickets_held=9, sale_refused=True),
    sale("document_result", "price_fen"),
    sale(changed={"institution": "stall-1"}),
    sale("identity_checked", changed={"stage": "proposed"}),
    sale(identity_checked=False, changed={"stage": "proposed"}),
    order(),
    order(changed={"stage": "proposed", "institution": "carrier-1"}),
)


def test_no_check_changes_what_others_are_answered(evaluate: Evaluate, small_law: Rulebook) -> None:
    ready = copy.deepcopy(vars(small_law.ready))
    before = [orjson.dumps({**evaluate(each), "id": "0"}) for each in CHECKS]
    for each in CHECKS:
        evaluate(each, explain=True)
    after = [orjson.dumps({**evaluate(each), "id": "0"}) for each in CHECKS]
    assert after == before
    assert vars(small_law.ready) == ready


def test_a_derivation_is_given_to_the_one_who_asks_for_it(evaluate: Evaluate) -> None:
    explained = evaluate(order(), explain=True)
    assert all("derivation" in each for each in explained["obligations"])
    assert not any("derivation" in each for each in evaluate(order())["obligations"])


def test_each_obligation_has_ready_what_most_checks_find_of_it(small_law: Rulebook) -> None:
    ready = small_law.ready
    for id_, obligation in small_law.law.obligations.items():
        assert ready.spared[id_] == JudgedDuty(obligation, Status.NOT_APPLICABLE)
        assert ready.met[id_] == JudgedDuty(obligation, Status.FULFILLED)
        done = {**ready.obligations[id_], "status": "not_applicable"}
        assert ready.spared_answers[Stage.DONE][id_] == done
        assert ready.spared_answers[Stage.PROPOSED][id_] == {**done, "advice": "proceed"}
