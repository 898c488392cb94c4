"""The page of a decision, word for word, by the small law of the use cases."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console

from fanzha.cli.decision_page import print_decision
from tests.usecases.small_checks import Json, application_of, order, sale, small_rulebook

Shown = Callable[..., str]

PROPOSED = {"stage": "proposed"}


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    rulebook = small_rulebook()
    application = application_of(rulebook)

    def page(body: Json, language: str = "en", **options: Any) -> str:
        decision = application.evaluate(body, record=False, **options).decision
        stream = io.StringIO()
        console = Console(file=stream, highlight=False, soft_wrap=True)
        print_decision({**decision, "id": "ID"}, console, language)
        return stream.getvalue()

    yield page
    rulebook.close()


def _block(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def test_a_sound_sale_is_short(shown: Shown) -> None:
    assert shown(sale()) == _block(
        " Compliant   ID",
        "testing/sale  done  seller-1  2026-03-02T10:00:00+08:00",
        "settled  9 / 9",
        "law of  2026-03-02",
        "not in force that day  Later Rule  from 2026-06-01",
        "",
        "Fulfilled (7)",
        "  Cap on tickets  SMALL 1",
        "  Verify the buyer  SMALL 2",
        "  Price limit  SMALL 3",
        "  Record the name as it is  SMALL 5",
        "  Cap on the risk score  SMALL 6",
        "  Warn the buyer  SMALL 7",
        "  Showing the price  SMALL 9",
        "",
        "Not applicable (2)",
    )


def test_the_same_in_chinese(shown: Shown) -> None:
    page = shown(sale(sale_refused=True), "zh")
    assert page.startswith(
        _block(
            " 尚不能确定   ID",
            "testing/sale  已办  seller-1  2026-03-02T10:00:00+08:00",
            "已有结论  8 / 9",
            "所依法律  2026-03-02",
            "当日未施行  后来规定  自 2026-06-01 起",
            "",
            "尚不能确定 (1)",
            "  不得无理拒售  SMALL 4",
            "    还需  拒绝有正当理由 (refusal_reasonable, 须由人判断)",
            "    处理  说明理由或者售票",
        )
    )


def test_a_violation_has_its_reason_and_remedy_and_comes_first(shown: Shown) -> None:
    page = shown(sale("risk_signals", tickets_held=5))
    assert page.index("Violated (1)") < page.index("Undetermined (1)") < page.index("Fulfilled (5)")
    assert (
        _block(
            "Violated (1)",
            "  Cap on tickets  SMALL 1",
            "    because  sold = true, tickets_held = 5, $small.ticket_cap = 5 tickets",
            "    do  Do not sell the ticket",
        )
        in page
    )


def test_alternatives_of_what_is_needed_stand_below_each_other(shown: Shown) -> None:
    assert _block(
        "  Verify the buyer  SMALL 2",
        "    needs  Document checked (identity_checked)",
        "    or  Buyer verified (buyer_verified)",
        "    do  Check the document",
    ) in shown(sale("identity_checked"))


def test_measures_take_the_place_of_what_is_needed(shown: Shown) -> None:
    page = shown(sale("sold", "sale_refused", "buyer_warned", changed=PROPOSED))
    assert "advice  proceed with the measures named\n" in page
    assert (
        _block(
            "Undetermined (1)",
            "  Warn the buyer  SMALL 7",
            "    take  Buyer warned (buyer_warned)",
            "    do  Warn the buyer",
        )
        in page
    )
    assert "required facts not stated  buyer_warned\n" in page


def test_a_refusal_says_so_at_the_obligation(shown: Shown) -> None:
    page = shown(sale("sold", "sale_refused", tickets_held=5, changed=PROPOSED), "zh")
    assert "建议  不予办理\n" in page
    assert "    建议  不予办理\n    依据  sold = true、tickets_held = 5、" in page


def test_a_deadline_and_a_note_are_shown(shown: Shown) -> None:
    pending = order(
        order_relevant=True,
        order_executed=False,
        order_received_at="2026-03-02T11:50:00+08:00",
    )
    assert _block(
        "Pending (1)",
        "  Execute the order  SMALL 11",
        "    do  Execute it now",
        "    due  2026-03-02T12:20:00+08:00",
    ) in shown(pending)
    unknown = order(
        incident_relevant=True,
        incident_reported=False,
        incident_known_at="2190-01-01T10:00:00+08:00",
    )
    assert "    note  2190-01-02 lies outside the known calendar" in shown(unknown)


def test_liabilities_show_tiers_fines_and_what_they_hang_on(shown: Shown) -> None:
    page = shown(sale(tickets_held=5, changed={"circumstances": {"gains_fen": 150}}))
    assert page.endswith(
        _block(
            "Liabilities",
            "  firm  Liability for unlawful sales  SMALL 21, Testing authority",
            "    · Ordinary",
            "      with  Warning",
            "    · Correction refused",
            "      fine  1,000 yuan – 10,000 yuan",
            "      depends on  Correction refused (correction_refused)",
            "    · Serious",
            "      fine  10,000 yuan – 50,000 yuan",
            "      possibly with  Licence withdrawn",
            "      depends on  Gravity (gravity)",
            "    · Gains confiscated",
            "      fine  1 times gains_fen",
            "  firm  Liability of the person responsible  SMALL 24, Testing authority",
            "    · Fine",
            "      fine  10 yuan – 500 yuan",
            "  possible  Liability that may reach it  SMALL 23, Testing authority",
            "    · Fine",
            "      fine  9,000 yuan – 900,000 yuan",
            "",
            "Exposure to fines (firm liabilities)",
            "  institution  1.50 yuan – 50,001.50 yuan",
            "  individuals  10 yuan – 500 yuan",
        )
    )


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh", "  机构  ≥ 0 元 (上限不确定、取决于 gains_fen)\n  责任人员  无\n"),
        ("en", "  institution  ≥ 0 yuan (no upper bound, depends on gains_fen)\n"),
    ],
)
def test_an_exposure_without_an_upper_bound_says_on_what_it_hangs(
    shown: Shown, language: str, line: str
) -> None:
    assert line in shown(sale(document_name="another"), language)


def test_an_alternative_fine_says_that_there_may_be_none(shown: Shown) -> None:
    page = shown(sale(price_fen=10_001))
    assert "fine  300 yuan – 3,000 yuan (one alternative: there may be none)\n" in page


def test_facts_that_nothing_read_are_listed_last(shown: Shown) -> None:
    page = shown(sale(nothing_reads_this=True, order_executed=True), "zh")
    assert page.endswith("\n未被使用的事实  nothing_reads_this、order_executed\n")


def test_the_derivation_is_a_tree_from_conditions_to_sources(shown: Shown) -> None:
    page = shown(sale(changed={"scope": ["small.a2", "small.a3", "small.a8"]}), explain=True)
    assert page.partition("Fulfilled (2)\n")[2] == _block(
        "  Verify the buyer  SMALL 2",
        "    applies  true",
        "      sold  true",
        "    violated  false",
        "      not buyer_verified  false",
        "    · buyer_verified = true  Buyer verified, by definition",
        "      What counts as a verified buyer  SMALL 2",
        "      identity_checked and document_result == 'match'  true",
        "      · document_result = match  Result of the check, stated",
        "      · identity_checked = true  Document checked, stated",
        "    · sold = true  Ticket sold, stated",
        "  Price limit  SMALL 3",
        "    applies  true",
        "      sold  true",
        "    violated  false",
        "      not price_within_limit  false",
        "    · price_within_limit = true  Price within its limit, by definition",
        "      The limit of each class  SMALL 3",
        "      by class ticket_class  true",
        "      · price_fen = 8000  Price, stated",
        "      · ticket_class = second  Class of ticket, stated",
        "      · $small.first_class_price = 50000 fen  Highest price in first class, "
        "small_act article 3, from 2020-01-01",
        "      · $small.second_class_price = 10000 fen  Highest price in second class, "
        "small_act article 3, from 2020-01-01",
        "    · sold = true  Ticket sold, stated",
        "",
        "Not applicable (1)",
        "  Duty of carriers  SMALL 8",
        "    binds  carrier",
        "    roles held  seller",
    )


def test_the_derivation_shows_what_is_computed_assumed_and_missing(shown: Shown) -> None:
    body = sale("sold", "price_shown_at", changed={**PROPOSED, "scope": ["small.a5", "small.a9"]})
    page = shown(body, "zh", explain=True)
    assert "· sold = true  已售出、假定\n" in page
    assert "· price_shown_at  公示票价时间、缺少\n" in page
    assert "violated" not in page
    assert "违反条件  未知\n" in page
    assert "      · names_agree = true  姓名一致、计算\n" in page
    assert "        equal_text(buyer_name, document_name)\n" in page
    assert "        · document_name = ***  证件姓名、所述\n" in page
