"""Says what is wrong with a posted form, field by field, in the words of our own errors."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from fanzha.errors import Location, RequestError
from fanzha.model.text import Text

MAXIMUM_SHOWN = 60
_DAY = Text(zh="写成 2026-03-02", en="write it as 2026-03-02")


def mistakes_of(
    error: ValidationError, body: Any, form: Schema, kind: type[RequestError], place: str = ""
) -> Iterator[RequestError]:
    """Go through what marshmallow found wrong with `body`; `place` is where it stands."""
    messages = error.messages if isinstance(error.messages, dict) else {"": error.messages}
    yield from _mistakes(messages, body, form, kind, place)


def _mistakes(
    messages: Mapping[Any, Any], body: Any, form: Schema, kind: type[RequestError], place: str
) -> Iterator[RequestError]:
    if not isinstance(body, Mapping):
        shown = place or "body"
        yield kind(
            Text(zh=f"`{shown}` 应为一个 JSON 对象", en=f"`{shown}` must be a JSON object"),
            hint=Text(
                zh="可用字段：" + "、".join(form.fields), en="with " + ", ".join(form.fields)
            ),
            where=Location(path=place),
        )
        return
    for key, found in messages.items():
        name = str(key)[:MAXIMUM_SHOWN]
        path = f"{place}.{name}" if place else name
        where = Location(path=path)
        field = form.fields.get(str(key))
        if field is None:
            known = list(form.fields)
            near = difflib.get_close_matches(name, known, n=1) or known
            yield kind(
                Text(zh=f"没有字段 `{name}`", en=f"there is no field `{name}`"),
                hint=Text(zh="可用：" + "、".join(near), en="did you mean: " + ", ".join(near)),
                where=where,
            )
        elif body.get(key) is None:
            yield kind(
                Text(zh=f"缺少 `{path}`", en=f"`{path}` is missing"),
                hint=Text(zh=f"请填写 `{name}`", en=f"state `{name}`"),
                where=where,
            )
        elif isinstance(field, fields.Nested) and isinstance(found, Mapping):
            yield from _mistakes(found, body[key], field.schema, kind, path)
        else:
            yield kind(
                Text(zh=f"`{path}` 的值无效", en=f"the value of `{path}` cannot be used"),
                hint=_expected(field, found),
                where=where,
            )


def _expected(field: fields.Field[Any], found: Any) -> Text:
    if isinstance(field, fields.Date):
        return _DAY
    said = "; ".join(_flat(found)).lower().rstrip(".")
    return Text(zh=f"格式要求：{said}", en=said)


def _flat(found: Any) -> Iterator[str]:
    if isinstance(found, Mapping):
        for each in found.values():
            yield from _flat(each)
    elif isinstance(found, list):
        for each in found:
            yield from _flat(each)
    else:
        yield str(found)
