"""Types the facts that a caller posts: one marshmallow field a fact, strict in type and bounds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate

from fanzha.errors import (
    BadDate,
    FanzhaError,
    Location,
    OutOfRange,
    RequestError,
    TimesOutOfOrder,
    UnknownFact,
    WrongType,
    raise_if_any,
)
from fanzha.model.check import Value
from fanzha.model.text import Text
from fanzha.model.value_types import EARLIEST, LATEST, MAXIMUM_TEXT, Kind
from fanzha.model.vocabulary import Fact, FactKind

MAXIMUM_SHOWN = 60
MAXIMUM_MISTAKES = 50
"""Nobody reads more of them, and looking for a suggestion takes milliseconds for each."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)


class StrictBoolean(fields.Boolean):
    """`true` or `false`, and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("boolean")
        return value


class StrictInteger(fields.Integer):
    """A whole number, written as one."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("integer")
        return value


class StrictDate(fields.Date):
    """A day of the calendar, YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DATE.match(value):
            raise ValidationError("date")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("date") from error
        if not EARLIEST <= day <= LATEST:
            raise ValidationError("date")
        return day


class StrictDateTime(fields.DateTime):
    """A time with its offset, by RFC 3339."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _DATETIME.match(value):
            raise ValidationError("datetime")
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("datetime") from error
        if not EARLIEST <= moment.date() <= LATEST:
            raise ValidationError("datetime")
        return moment


def field_of(fact: Fact) -> fields.Field[Any]:
    """Return the marshmallow field of a fact, with its titles as metadata for the JSON Schema."""
    metadata = {
        "title": f"{fact.title.zh} / {fact.title.en}",
        "x-title": fact.title.as_json(),
        "x-kind": str(fact.kind),
        "x-unit": fact.type.unit,
        "x-help": fact.help.as_json() if fact.help else None,
        "x-judgment": fact.judgment or None,
        "x-personal": fact.personal or None,
        "x-not-before": fact.not_before,
        "x-values": {word: text.as_json() for word, text in fact.value_titles.items()} or None,
    }
    common: dict[str, Any] = {
        "allow_none": True,
        "metadata": {key: value for key, value in metadata.items() if value is not None},
    }
    match fact.type.kind:
        case Kind.BOOLEAN:
            return StrictBoolean(**common)
        case Kind.INTEGER:
            bounds = validate.Range(fact.type.minimum, fact.type.maximum)
            return StrictInteger(validate=bounds, **common)
        case Kind.DATE:
            return StrictDate(**common)
        case Kind.DATETIME:
            return StrictDateTime(format="iso", **common)
        case Kind.ENUM:
            return fields.String(validate=validate.OneOf(fact.type.values), **common)
        case Kind.STRING:
            return fields.String(validate=validate.Length(max=MAXIMUM_TEXT), **common)


def _is_plain(fact: Fact) -> Callable[[Any], bool]:
    """Return whether a posted value is right as it stands: most are, and need no field."""
    kind, low, high = fact.type.kind, fact.type.minimum, fact.type.maximum
    words = frozenset(fact.type.values)
    if kind is Kind.BOOLEAN:
        return lambda value: type(value) is bool
    if kind is Kind.INTEGER and low is not None and high is not None:
        return lambda value: type(value) is int and low <= value <= high
    if kind is Kind.ENUM:
        return lambda value: type(value) is str and value in words
    return lambda value: False


class FactReader:
    """Reads facts and circumstances against one vocabulary."""

    _EXPECTED: ClassVar[Mapping[Kind, Text]] = {
        Kind.BOOLEAN: Text(zh="true 或 false", en="true or false"),
        Kind.INTEGER: Text(zh="整数", en="a whole number"),
        Kind.DATE: Text(zh="日期 YYYY-MM-DD", en="a date, YYYY-MM-DD"),
        Kind.DATETIME: Text(
            zh="带时区的时间，如 2026-03-02T10:15:00+08:00",
            en="a time with its offset, such as 2026-03-02T10:15:00+08:00",
        ),
        Kind.ENUM: Text(zh="文字", en="a text"),
        Kind.STRING: Text(zh="文字", en="a text"),
    }

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = {name: fact for name, fact in facts.items() if not fact.supplied}
        self._fields = {name: field_of(fact) for name, fact in self._facts.items()}
        self._is_plain = {
            circumstances: {
                name: _is_plain(fact)
                for name, fact in self._facts.items()
                if (fact.kind is FactKind.CIRCUMSTANCE) == circumstances
            }
            for circumstances in (False, True)
        }
        self._orders = tuple(
            (name, fact.not_before)
            for name, fact in self._facts.items()
            if fact.not_before is not None
        )
        self.judgments = frozenset(
            # What an authority found is reported, not judged by the institution.
            name
            for name, fact in facts.items()
            if fact.judgment and fact.kind is not FactKind.CIRCUMSTANCE
        )
        """Facts that the law leaves to a person of the institution to judge."""

    def read(
        self, posted: Mapping[str, Any], *, circumstances: bool = False, kept: bool = False
    ) -> dict[str, Value]:
        """Return the typed values; null is the same as absent.

        Raises Problems with the facts that are unknown, of a wrong type or out of range, at most
        MAXIMUM_MISTAKES of them, and else with times in an order that cannot be. What was `kept`
        was taken as it was: its order is not looked at, for that may have been declared since.
        """
        errors: list[FanzhaError] = []
        values: dict[str, Value] = {}
        is_plain_of = self._is_plain[circumstances]
        for name, value in posted.items():
            is_plain = is_plain_of.get(name)
            if is_plain is not None and is_plain(value):
                values[name] = value
            elif len(errors) == MAXIMUM_MISTAKES:
                break
            elif is_plain is None:
                errors.append(self._unknown(name, circumstances))
            elif value is not None:
                try:
                    values[name] = self._fields[name].deserialize(value)
                except ValidationError:
                    errors.append(self._wrong(self._facts[name], value, circumstances))
        raise_if_any(errors)
        if not kept:
            raise_if_any(self._out_of_order(values, circumstances))
        return values

    def _out_of_order(
        self, values: Mapping[str, Value], circumstances: bool
    ) -> Iterator[TimesOutOfOrder]:
        for name, earlier in self._orders:
            if name in values and earlier in values and _is_before(values[name], values[earlier]):
                told, other = self._told(name, values), self._told(earlier, values)
                yield TimesOutOfOrder(
                    Text(zh=f"{told} 早于 {other}", en=f"{told} lies before {other}"),
                    hint=Text(
                        zh="请核对两者；未知的请省略",
                        en="check both; leave out what is not known",
                    ),
                    where=Location(path=_path(name, circumstances)),
                )

    def _told(self, name: str, values: Mapping[str, Value]) -> str:
        value = values[name]
        moment = value.isoformat() if isinstance(value, date) else str(value)
        return f"`{name}` ({'***' if self._facts[name].personal else moment})"

    def _unknown(self, name: str, circumstances: bool) -> RequestError:
        place = Location(path=_path(name, circumstances))
        shown = name[:MAXIMUM_SHOWN]
        if name in self._facts:
            other = "facts" if circumstances else "circumstances"
            return UnknownFact(
                Text(zh=f"`{shown}` 不在此处填写", en=f"`{shown}` does not belong here"),
                hint=Text(zh=f"请写在 `{other}` 中", en=f"state it under `{other}`"),
                where=place,
            )
        return UnknownFact(
            Text(zh=f"未知事实 `{shown}`", en=f"unknown fact `{shown}`"),
            hint=_suggestion(shown, list(self._is_plain[circumstances])),
            where=place,
        )

    def _wrong(self, fact: Fact, value: Any, circumstances: bool) -> RequestError:
        place = Location(path=_path(fact.name, circumstances))
        shown = "***" if fact.personal else str(value)[:MAXIMUM_SHOWN]
        expected = self._EXPECTED[fact.type.kind]
        if fact.type.kind in {Kind.DATE, Kind.DATETIME}:
            return BadDate(
                Text(
                    zh=f"`{fact.name}`：`{shown}` 不是有效的日期或时间",
                    en=f"`{fact.name}`: `{shown}` is no date or time that can be read",
                ),
                hint=Text(zh=f"应为{expected.zh}", en=f"give {expected.en}"),
                where=place,
            )
        if not self._has_type(fact, value):
            return WrongType(
                Text(
                    zh=f"`{fact.name}` 应为{expected.zh}，实为 `{shown}`",
                    en=f"`{fact.name}` must be {expected.en}, not `{shown}`",
                ),
                hint=Text(zh="未知的事实请省略", en="leave a fact out when it is not known"),
                where=place,
            )
        return OutOfRange(
            Text(
                zh=f"`{fact.name}` 的值 `{shown}` 超出范围",
                en=f"`{fact.name}`: `{shown}` is out of range",
            ),
            hint=_range(fact, shown),
            where=place,
        )

    @staticmethod
    def _has_type(fact: Fact, value: Any) -> bool:
        if fact.type.kind is Kind.BOOLEAN:
            return isinstance(value, bool)
        if fact.type.kind is Kind.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        return isinstance(value, str)


def _is_before(value: Value, other: Value) -> bool:
    if isinstance(value, datetime):
        return isinstance(other, datetime) and value < other
    # INVARIANT: the loader lets two times of one type through and nothing else.
    assert isinstance(value, date)
    assert isinstance(other, date)
    return value < other


def _path(name: str, circumstances: bool) -> str:
    return f"{'circumstances' if circumstances else 'facts'}.{name[:MAXIMUM_SHOWN]}"


def _range(fact: Fact, shown: str) -> Text:
    if fact.type.kind is Kind.INTEGER:
        bounds = f"{fact.type.minimum} – {fact.type.maximum} {fact.type.unit}"
        return Text(zh=f"范围：{bounds}", en=f"range: {bounds}")
    if fact.type.kind is Kind.ENUM:
        near = difflib.get_close_matches(shown, fact.type.values, n=1)
        listed = ", ".join(fact.type.values)
        meant = f"；是否应为 `{near[0]}`" if near else ""
        did = f"; did you mean `{near[0]}`" if near else ""
        return Text(zh=f"可用：{listed}{meant}", en=f"known: {listed}{did}")
    return Text(zh=f"不超过 {MAXIMUM_TEXT} 个字符", en=f"no longer than {MAXIMUM_TEXT} characters")


def _suggestion(word: str, known: Collection[str]) -> Text:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return Text(zh=f"是否应为 `{near[0]}`", en=f"did you mean `{near[0]}`")
    return Text(
        zh="可用事实见 GET /v1/check-types/{domain}/{check_type}",
        en="GET /v1/check-types/{domain}/{check_type} lists the facts",
    )
