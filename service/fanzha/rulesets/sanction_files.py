"""Reads liabilities: the clauses that say what a violation can bring."""

from __future__ import annotations

from collections.abc import Mapping

from fanzha.model.norms import Instrument
from fanzha.model.sanctions import (
    DayRange,
    Fine,
    Item,
    Liability,
    LiabilityType,
    Subject,
    Tier,
)
from fanzha.model.text import Text
from fanzha.model.value_types import Kind
from fanzha.model.vocabulary import FactKind
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.norm_files import Vocabulary, read_citations, read_interval, refuse_personal

_KEYS = {
    "id", "cites", "type", "subjects", "binds", "title", "authority", "items", "circumstances",
    "tiers", "in_force", "note",
}  # fmt: skip
_TIER_KEYS = {
    "name", "title", "when", "additive", "fine", "measures", "optional_measures",
    "detention_days",
}  # fmt: skip


def read_liability(
    cursor: Cursor, instrument: Instrument, known: Vocabulary, measures: Mapping[str, Text]
) -> Liability:
    """Read one liability with its tiers, which stand in the order of the text, gravest last."""
    cursor.only(_KEYS)
    circumstances = cursor.at("circumstances").words(
        _circumstances(known), Text(zh="情节事实", en="circumstance")
    )
    return Liability(
        id=cursor.at("id").string(),
        cites=read_citations(cursor.at("cites"), known.instruments.values()),
        type=LiabilityType(
            cursor.at("type").word(set(LiabilityType), Text(zh="责任类型", en="type of liability"))
        ),
        subjects=tuple(
            Subject(word)
            for word in cursor.at("subjects").words(set(Subject), Text(zh="责任主体", en="subject"))
        ),
        binds=frozenset(cursor.at("binds").words(known.roles, Text(zh="角色", en="role"))),
        title=cursor.at("title").text(),
        authority=cursor.at("authority").text(),
        items=tuple(map(_item, cursor.at("items").elements())) if cursor.has("items") else (),
        circumstances=circumstances,
        tiers=tuple(_tier(each, known, measures) for each in cursor.at("tiers").elements()),
        in_force=read_interval(cursor, instrument),
        note=cursor.at("note").text() if cursor.has("note") else None,
        instrument=instrument.key,
        file=cursor.document.file,
    )


def _circumstances(known: Vocabulary) -> set[str]:
    return {name for name, fact in known.facts.items() if fact.kind is FactKind.CIRCUMSTANCE}


def _item(cursor: Cursor) -> Item:
    cursor.only({"item", "act"})
    return Item(
        item=cursor.at("item").integer() if cursor.has("item") else None,
        act=cursor.at("act").text(),
    )


def _tier(cursor: Cursor, known: Vocabulary, measures: Mapping[str, Text]) -> Tier:
    cursor.only(_TIER_KEYS)
    word = Text(zh="措施", en="measure")
    return Tier(
        name=cursor.at("name").string(),
        title=cursor.at("title").text(),
        when=cursor.at("when").condition(known.condition_check(circumstances=True)),
        additive=cursor.at("additive").boolean() if cursor.has("additive") else False,
        fine=_fine(cursor.at("fine"), known) if cursor.has("fine") else None,
        measures=cursor.at("measures").words(measures, word) if cursor.has("measures") else (),
        optional_measures=cursor.at("optional_measures").words(measures, word)
        if cursor.has("optional_measures")
        else (),
        detention_days=_day_range(cursor.at("detention_days"))
        if cursor.has("detention_days")
        else None,
    )


def _fine(cursor: Cursor, known: Vocabulary) -> Fine:
    optional = cursor.at("optional").boolean() if cursor.has("optional") else False
    if not cursor.has("multiple_of"):
        cursor.only({"minimum_fen", "maximum_fen", "optional"})
        return _ordered(
            cursor,
            Fine(_bound(cursor, "minimum_fen"), _bound(cursor, "maximum_fen"), optional=optional),
        )
    cursor.only({"multiple_of", "minimum", "maximum", "optional"})
    place = cursor.at("multiple_of")
    amount = place.word(_circumstances(known), Text(zh="情节事实", en="circumstance"))
    if known.facts[amount].type.kind is not Kind.INTEGER:
        raise place.error(
            Text(zh=f"`{amount}` 不是金额", en=f"`{amount}` is not an amount"),
            hint=Text(zh="须为以分计的整数", en="a fine is a multiple of an integer in fen"),
        )
    refuse_personal(place, known.facts[amount])
    return _ordered(
        cursor,
        Fine(_bound(cursor, "minimum"), _bound(cursor, "maximum"), amount, optional=optional),
    )


def _bound(cursor: Cursor, key: str) -> int | None:
    return cursor.at(key).integer() if cursor.has(key) else None


def _ordered(cursor: Cursor, fine: Fine) -> Fine:
    if fine.minimum is not None and fine.maximum is not None and fine.minimum > fine.maximum:
        raise cursor.error(
            Text(zh="最低额高于最高额", en="the minimum is above the maximum"),
            hint=Text(zh="请核对条文", en="check the text of the provision"),
        )
    return fine


def _day_range(cursor: Cursor) -> DayRange:
    cursor.only({"minimum", "maximum"})
    return DayRange(_bound(cursor, "minimum"), _bound(cursor, "maximum"))
