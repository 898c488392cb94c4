"""Facts as posted: typed strictly, bounded, and personal ones never shown."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from fanzha.errors import Problems, RequestError
from fanzha.model.text import Text
from fanzha.model.value_types import (
    BOOLEAN,
    DATE,
    DATETIME,
    MAXIMUM_TEXT,
    STRING,
    Kind,
    ValueType,
)
from fanzha.model.vocabulary import Fact, FactKind
from fanzha.usecases.posted_facts import MAXIMUM_SHOWN, FactReader, field_of


def _fact(
    name: str, type_: ValueType, kind: FactKind = FactKind.EVENT, **more: Any
) -> tuple[str, Fact]:
    return name, Fact(name, type_, kind, Text(zh=f"事实 {name}", en=f"Fact {name}"), **more)


CARDS = ValueType(Kind.INTEGER, unit="cards", minimum=0, maximum=100)
KIND = ValueType(Kind.ENUM, values=("main", "child"))
FACTS = dict(
    [
        _fact("issued", BOOLEAN, FactKind.ACT),
        _fact("cards", CARDS),
        _fact("card_kind", KIND),
        _fact("remark", STRING),
        _fact("born", DATE),
        _fact("applied_at", DATETIME),
        _fact("id_number", STRING, personal=True),
        _fact("id_kind", KIND, personal=True),
        _fact("id_year", CARDS, personal=True),
        _fact("id_until", DATE, personal=True),
        _fact("id_seen", BOOLEAN, personal=True),
        _fact("gravity", KIND, FactKind.CIRCUMSTANCE),
        _fact("answered_at", DATETIME, not_before="applied_at"),
        _fact("died", DATE, not_before="born"),
        _fact("id_renewed", DATE, personal=True, not_before="id_until"),
        _fact("found_at", DATETIME, FactKind.CIRCUMSTANCE),
        _fact("repaid_at", DATETIME, FactKind.CIRCUMSTANCE, not_before="found_at"),
        _fact("occurred_at", DATETIME, supplied=True),
    ]
)
READER = FactReader(FACTS)
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("name", "posted", "value"),
    [
        ("issued", True, True),
        ("issued", False, False),
        ("cards", 0, 0),
        ("cards", 100, 100),
        ("card_kind", "main", "main"),
        ("remark", "", ""),
        ("remark", "备注" * (MAXIMUM_TEXT // 2), "备注" * (MAXIMUM_TEXT // 2)),
        ("born", "2000-02-29", date(2000, 2, 29)),
        ("born", "1900-01-01", date(1900, 1, 1)),
        ("born", "2199-12-31", date(2199, 12, 31)),
        ("applied_at", "2026-03-02T10:15+08:00", datetime(2026, 3, 2, 10, 15, tzinfo=CHINA)),
        ("applied_at", "2026-03-02T02:15:00Z", datetime(2026, 3, 2, 2, 15, tzinfo=UTC)),
        (
            "applied_at",
            "2026-03-02T10:15:00.25+08:00",
            datetime(2026, 3, 2, 10, 15, 0, 250_000, tzinfo=CHINA),
        ),
    ],
)
def test_a_value_of_its_type_is_read(name: str, posted: object, value: object) -> None:
    read = READER.read({name: posted})
    assert read == {name: value}
    assert type(read[name]) is type(value)


def test_null_is_the_same_as_absent() -> None:
    assert (
        READER.read({name: None for name, fact in FACTS.items() if name in ("issued", "cards")})
        == {}
    )
    assert READER.read({}) == {}
    assert READER.read({"gravity": None}, circumstances=True) == {}


def _refused(posted: dict[str, Any], *, circumstances: bool = False) -> tuple[RequestError, ...]:
    with pytest.raises(Problems) as caught:
        READER.read(posted, circumstances=circumstances)
    for error in caught.value.errors:
        assert error.hint is not None
        json.dumps(error.as_json(), ensure_ascii=False).encode()
    return caught.value.errors  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("name", "posted", "code"),
    [
        ("issued", 1, "fact_wrong_type"),
        ("issued", 0, "fact_wrong_type"),
        ("issued", "true", "fact_wrong_type"),
        ("issued", [], "fact_wrong_type"),
        ("cards", True, "fact_wrong_type"),
        ("cards", "5", "fact_wrong_type"),
        ("cards", 5.0, "fact_wrong_type"),
        ("cards", float("inf"), "fact_wrong_type"),
        ("cards", {}, "fact_wrong_type"),
        ("cards", -1, "fact_out_of_range"),
        ("cards", 101, "fact_out_of_range"),
        ("cards", 10**4000, "fact_out_of_range"),
        ("card_kind", 1, "fact_wrong_type"),
        ("card_kind", "Main", "fact_out_of_range"),
        ("card_kind", "", "fact_out_of_range"),
        ("remark", 5, "fact_wrong_type"),
        ("remark", ["a"], "fact_wrong_type"),
        ("remark", "x" * (MAXIMUM_TEXT + 1), "fact_out_of_range"),
        ("born", "2023-02-30", "date_invalid"),
        ("born", "2023-2-3", "date_invalid"),
        ("born", "20230203", "date_invalid"),
        ("born", "2023-W05-5", "date_invalid"),
        ("born", "1899-12-31", "date_invalid"),
        ("born", "2200-01-01", "date_invalid"),
        ("born", "２０２３-01-01", "date_invalid"),
        ("born", "2023-01-01\n", "date_invalid"),
        ("born", 20230101, "date_invalid"),
        ("born", "2023-01-01T00:00:00+08:00", "date_invalid"),
        ("applied_at", "2026-03-02", "date_invalid"),
        ("applied_at", "2026-03-02T10:15:00", "date_invalid"),
        ("applied_at", "2026-03-02 10:15:00+08:00", "date_invalid"),
        ("applied_at", "2026-03-02T24:00:00+08:00", "date_invalid"),
        ("applied_at", "2026-03-02T10:15:60+08:00", "date_invalid"),
        ("applied_at", "2026-03-02T10:15:00+99:00", "date_invalid"),
        ("applied_at", "1800-03-02T10:15:00+08:00", "date_invalid"),
        ("applied_at", 1772417700, "date_invalid"),
    ],
)
def test_a_value_that_is_not_of_its_type_or_bounds_is_refused(
    name: str, posted: object, code: str
) -> None:
    (error,) = _refused({name: posted})
    assert error.code == code
    assert error.where is not None
    assert error.where.path == f"facts.{name}"
    assert f"`{name}`" in error.message.en


def test_all_that_is_wrong_is_told_at_once() -> None:
    errors = _refused({"issued": 1, "cards": 500, "card": 1, "born": "x", "remark": "fine"})
    assert [error.code for error in errors] == [
        "fact_wrong_type",
        "fact_out_of_range",
        "fact_unknown",
        "date_invalid",
    ]


@pytest.mark.parametrize(
    ("posted", "hint"),
    [
        ({"card_knd": "main"}, "did you mean `card_kind`"),
        ({"aplied_at": "x"}, "did you mean `applied_at`"),
        ({"zzzzz": 1}, "GET /v1/check-types/{domain}/{check_type} lists the facts"),
        ({"card_kind": "mein"}, "known: main, child; did you mean `main`"),
        ({"card_kind": "zzz"}, "known: main, child"),
        ({"cards": 101}, "range: 0 – 100 cards"),
        ({"remark": "x" * 3000}, "no longer than 2000 characters"),
        ({"cards": "5"}, "leave a fact out when it is not known"),
        ({"born": "x"}, "give a date, YYYY-MM-DD"),
        (
            {"applied_at": "2026-03-02T10:15:00"},
            "give a time with its offset, such as 2026-03-02T10:15:00+08:00",
        ),
    ],
)
def test_the_hint_says_what_to_do(posted: dict[str, Any], hint: str) -> None:
    (error,) = _refused(posted)
    assert error.hint is not None
    assert error.hint.en == hint


def test_what_the_check_itself_carries_is_not_posted_as_a_fact() -> None:
    (error,) = _refused({"occurred_at": "2026-03-02T10:15:00+08:00"})
    assert error.code == "fact_unknown"


def test_facts_and_circumstances_each_have_their_place() -> None:
    (error,) = _refused({"gravity": "main"})
    assert error.hint is not None
    assert error.where is not None
    assert (error.code, error.hint.en) == ("fact_unknown", "state it under `circumstances`")
    (error,) = _refused({"cards": 1}, circumstances=True)
    assert error.hint is not None
    assert error.where is not None
    assert (error.hint.en, error.where.path) == ("state it under `facts`", "circumstances.cards")
    assert READER.read({"gravity": "main"}, circumstances=True) == {"gravity": "main"}


SECRET = "110101199003070000"


@pytest.mark.parametrize(
    ("name", "posted"),
    [
        ("id_number", int(SECRET)),
        ("id_number", [SECRET]),
        ("id_number", {SECRET: SECRET}),
        ("id_number", SECRET * 200),
        ("id_kind", SECRET),
        ("id_kind", int(SECRET)),
        ("id_year", SECRET),
        ("id_year", int(SECRET)),
        ("id_until", SECRET),
        ("id_until", int(SECRET)),
        ("id_seen", SECRET),
    ],
)
def test_a_personal_value_is_never_shown(name: str, posted: object) -> None:
    for error in _refused({name: posted}):
        assert SECRET not in str(error)
        assert SECRET not in json.dumps(error.as_json())
        assert "***" in error.message.en
        assert "***" in error.message.zh


NOON, LATER = "2026-03-02T12:00:00+08:00", "2026-03-02T12:00:01+08:00"


@pytest.mark.parametrize(
    "posted",
    [
        {"applied_at": NOON, "answered_at": LATER},
        # The same moment, told with two offsets.
        {"applied_at": NOON, "answered_at": "2026-03-02T04:00:00Z"},
        {"answered_at": NOON},
        {"applied_at": NOON, "answered_at": None},
        {"born": "2000-01-01", "died": "2000-01-01"},
    ],
)
def test_times_in_an_order_that_can_be_are_read(posted: dict[str, Any]) -> None:
    assert READER.read(posted).keys() == {name for name, value in posted.items() if value}


@pytest.mark.parametrize(
    ("later", "earlier", "circumstances"),
    [
        (("answered_at", NOON), ("applied_at", LATER), False),
        (("answered_at", "2026-03-02T11:00:00Z"), ("applied_at", "2026-03-02T12:00:00Z"), False),
        (("died", "1999-12-31"), ("born", "2000-01-01"), False),
        (("repaid_at", NOON), ("found_at", LATER), True),
    ],
)
def test_times_turned_round_are_refused_with_both_named(
    later: tuple[str, str], earlier: tuple[str, str], circumstances: bool
) -> None:
    (error,) = _refused(dict([later, earlier]), circumstances=circumstances)
    assert error.code == "times_out_of_order"
    assert error.where is not None
    assert error.where.path == f"{'circumstances' if circumstances else 'facts'}.{later[0]}"
    for text in (error.message.zh, error.message.en):
        assert f"`{later[0]}` (" in text
        assert f"`{earlier[0]}` (" in text


def test_times_that_are_personal_are_not_shown() -> None:
    (error,) = _refused({"id_until": "2020-01-02", "id_renewed": "2020-01-01"})
    assert "2020" not in str(error)
    assert error.message.en == "`id_renewed` (***) lies before `id_until` (***)"


def test_what_was_taken_before_an_order_was_declared_is_read_as_it_is() -> None:
    turned_round = {"applied_at": LATER, "answered_at": NOON}
    assert READER.read(turned_round, kept=True).keys() == turned_round.keys()


def test_long_values_and_names_are_cut() -> None:
    (error,) = _refused({"cards": "x" * 10_000})
    assert len(error.message.en) < MAXIMUM_SHOWN + 100
    (error,) = _refused({"y" * 10_000: 1})
    assert len(str(error)) < 4 * MAXIMUM_SHOWN + 100


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.name)
def test_the_field_of_a_fact_carries_its_titles(fact: Fact) -> None:
    field = field_of(fact)
    assert field.metadata["x-title"] == {"zh": fact.title.zh, "en": fact.title.en}
    assert field.metadata["x-kind"] == str(fact.kind)
    assert field.metadata.get("x-personal") is (True if fact.personal else None)
    assert field.metadata.get("x-not-before") == fact.not_before
    assert field.allow_none
