"""Reads posted JSON strictly: what two readers could understand differently is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from fanzha.errors import (
    BodyTooLarge,
    DuplicateKey,
    Location,
    MalformedBody,
    NotANumber,
    TooDeep,
    WrongEnvelope,
)
from fanzha.model.text import Text

MAXIMUM_BYTES = 1024 * 1024
MAXIMUM_DEPTH = 16
MAXIMUM_SHOWN = 60


def read_json_object(
    body: bytes,
    *,
    source: str | None = None,
    maximum_bytes: int = MAXIMUM_BYTES,
    maximum_depth: int = MAXIMUM_DEPTH,
) -> dict[str, Any]:
    """Return the one JSON object in `body`, UTF-8; `source` names the file in messages.

    Raises BodyTooLarge, MalformedBody or one of its kinds, or WrongEnvelope for other values.
    """
    if len(body) > maximum_bytes:
        raise BodyTooLarge(
            Text(
                zh=f"请求体有 {len(body)} 字节，上限为 {maximum_bytes} 字节",
                en=f"the body has {len(body)} bytes, the limit is {maximum_bytes}",
            ),
            hint=Text(zh="请一次只提交一项检查", en="post one check at a time"),
        )
    text = _decode(body, source)
    value = _parse(text, source, maximum_depth)
    # Both characters come in escapes only, and each level opens a bracket: most bodies have too
    # little of either to be gone through.
    if "\\u" in text or text.count("{") + text.count("[") > maximum_depth:
        _refuse_what_cannot_be_kept(value, maximum_depth)
    if not isinstance(value, dict):
        raise WrongEnvelope(
            Text(zh="检查必须是一个 JSON 对象", en="a check is one JSON object"),
            hint=Text(zh="请以 { 开头", en="start with {"),
        )
    return value


def _decode(body: bytes, source: str | None) -> str:
    try:
        # Editors on Windows put a byte order mark first; it is no part of the text.
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedBody(
            Text(
                zh=f"第 {error.start + 1} 个字节不是 UTF-8",
                en=f"byte {error.start + 1} is not UTF-8",
            ),
            hint=Text(zh="请以 UTF-8 编码保存", en="save it as UTF-8"),
            where=Location(file=source) if source else None,
        ) from error


def _parse(text: str, source: str | None, maximum_depth: int) -> Any:
    try:
        return _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedBody(
            Text(
                zh=f"第 {error.lineno} 行第 {error.colno} 列无法读取：{error.msg}",
                en=f"line {error.lineno}, column {error.colno} cannot be read: {error.msg}",
            ),
            hint=Text(
                zh="请检查引号、逗号和括号", en="check the quotes, commas and brackets around it"
            ),
            where=Location(file=source, line=error.lineno, column=error.colno),
        ) from error
    except RecursionError as error:
        raise _too_deep(maximum_depth) from error
    # Python refuses to read integers of thousands of digits.
    except ValueError as error:
        raise MalformedBody(
            Text(zh="数字过长", en="a number has too many digits"),
            hint=Text(zh="金额以分为单位的整数", en="money is a whole number of fen"),
        ) from error


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        times = Counter(key for key, _ in pairs)
        # Shown in an answer that must itself be UTF-8, and short.
        twice = next(key for key, count in times.items() if count > 1)
        key = twice.encode(errors="replace").decode()[:MAXIMUM_SHOWN]
        raise DuplicateKey(
            Text(zh=f"键 `{key}` 出现了两次", en=f"key `{key}` stands twice"),
            hint=Text(zh="请删除其中之一", en="remove one of the two"),
        )
    return made


def _finite(digits: str) -> float:
    # Python reads `1e400` as infinity, which no JSON can say again.
    number = float(digits)
    if math.isinf(number):
        _refuse_constant(digits[:MAXIMUM_SHOWN])
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise NotANumber(
        Text(zh=f"`{name}` 不是 JSON 数字", en=f"`{name}` is not a JSON number"),
        hint=Text(zh="未知的事实请省略", en="leave out a fact that is not known"),
    )


_STRICT = json.JSONDecoder(
    object_pairs_hook=_object_without_duplicates,
    parse_constant=_refuse_constant,
    parse_float=_finite,
)
"""Made once: `json.loads` makes a decoder each time."""


def _refuse_what_cannot_be_kept(value: Any, maximum_depth: int) -> None:
    for text, depth in _strings_and_depths(value):
        if depth > maximum_depth:
            raise _too_deep(maximum_depth)
        if "\0" in text:
            raise MalformedBody(
                Text(zh="文字中有空字符（NUL）", en="a text holds the character NUL"),
                hint=Text(zh="请删除该字符", en="delete it"),
            )
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise MalformedBody(
                Text(
                    zh="文字中有不成对的代理字符",
                    en="a text holds half of a surrogate pair",
                ),
                hint=Text(zh="请写出完整的字符", en="write the whole character"),
            ) from error


def _strings_and_depths(value: Any) -> Iterator[tuple[str, int]]:
    pending = [(value, 0)]
    while pending:
        each, depth = pending.pop()
        if isinstance(each, dict):
            yield "", depth + 1
            pending += [(inner, depth + 1) for pair in each.items() for inner in pair]
        elif isinstance(each, list):
            yield "", depth + 1
            pending += [(inner, depth + 1) for inner in each]
        elif isinstance(each, str):
            yield each, depth


def _too_deep(maximum_depth: int) -> TooDeep:
    return TooDeep(
        Text(
            zh=f"嵌套超过 {maximum_depth} 层",
            en=f"nested more than {maximum_depth} levels deep",
        ),
        hint=Text(zh="检查只有两三层", en="a check has two or three levels"),
    )
