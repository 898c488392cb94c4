"""What the schemas of answers are made of: closed objects whose fields are told in zh and en."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate


class Shape(Schema):
    """A closed object: an answer has these fields and no others."""

    class Meta:
        """Becomes `additionalProperties: false`."""

        unknown = RAISE


def told(zh: str, en: str) -> dict[str, Any]:
    """Return the metadata of a field that says what it holds."""
    return {"description": f"{zh} / {en}"}


def word(zh: str, en: str, *, one_of: list[str] | None = None, **more: Any) -> fields.String:
    """Return a field for a code, an id or a name."""
    validator = validate.OneOf(one_of) if one_of else None
    return fields.String(**{"required": True, **more}, validate=validator, metadata=told(zh, en))


def words(zh: str, en: str, **more: Any) -> fields.List[Any]:
    """Return a field for a list of those."""
    return fields.List(fields.String(), **{"required": True, **more}, metadata=told(zh, en))


def number(zh: str, en: str, **more: Any) -> fields.Integer:
    """Return a field for a whole number."""
    return fields.Integer(**{"required": True, **more}, metadata=told(zh, en))


def amount(zh: str, en: str, **more: Any) -> fields.Float:
    """Return a field for a number that need not be whole."""
    return fields.Float(**{"required": True, **more}, metadata=told(zh, en))


def truth(zh: str, en: str, **more: Any) -> fields.Boolean:
    """Return a field for true or false."""
    return fields.Boolean(**{"required": True, **more}, metadata=told(zh, en))


def day(zh: str, en: str, **more: Any) -> fields.Date:
    """Return a field for a day, YYYY-MM-DD."""
    return fields.Date(**{"required": True, **more}, metadata=told(zh, en))


def moment(zh: str, en: str, **more: Any) -> fields.DateTime:
    """Return a field for a time with its offset."""
    return fields.DateTime(**{"required": True, **more}, metadata=told(zh, en))


def anything(zh: str, en: str, **more: Any) -> fields.Raw:
    """Return a field whose type depends on what it is about."""
    return fields.Raw(**{"required": True, **more}, metadata=told(zh, en))


def free(zh: str, en: str, **more: Any) -> fields.Dict:
    """Return a field for an object by names that are not fixed here."""
    return fields.Dict(keys=fields.String(), **{"required": True, **more}, metadata=told(zh, en))


def one(schema: type[Schema], zh: str, en: str, **more: Any) -> fields.Nested:
    """Return a field for an object of that form."""
    return fields.Nested(schema, **{"required": True, **more}, metadata=told(zh, en))


def many(schema: type[Schema], zh: str, en: str, **more: Any) -> fields.List[Any]:
    """Return a field for a list of such objects."""
    return fields.List(fields.Nested(schema), **{"required": True, **more}, metadata=told(zh, en))


class TextShape(Shape):
    """A text in both languages."""

    zh = word("中文", "Chinese")
    en = word("英文", "English")


def text(zh: str, en: str, **more: Any) -> fields.Nested:
    """Return a field for a text in both languages."""
    return one(TextShape, zh, en, **more)


# `from` is a word of Python, so this one is made from a dictionary.
IntervalShape = Shape.from_dict(
    {
        "from": day("第一天", "first day"),
        "to": day("最后一天；null 表示未定", "last day; null while none is known", allow_none=True),
    },
    name="IntervalShape",
)


class MeasureShape(Shape):
    """A measure of a liability, other than a fine."""

    measure = word("措施", "the measure")
    title = text("名称", "its title")


class NamedFactShape(Shape):
    """A fact with its title."""

    fact = word("事实名", "name of the fact")
    title = text("名称", "its title")
    judgment = truth("须由人判断", "a person must judge it", required=False)
