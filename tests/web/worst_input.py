"""The worst that anyone could post, as (name, body) pairs made from a check that is in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

NAMES = (
    "__proto__", "constructor", "$ex", "$s", "$m", "$0", "sid", "id", "z",
    "overdue:cn.atofl.a10.p1.1",
    "occurred_at", "known_at", "", " ", ".", "facts.facts", "a" * 70_000, "\u202e\u0000", "📱",
    "phone_cards_held ", "Phone_Cards_Held",
)  # fmt: skip
INJECTIONS = (
    "' OR 1=1 --", '"; DROP TABLE decisions; --', "{{7*7}}", "${jndi:ldap://x}",
    "<script>x</script>", "../../etc/passwd", "%s%s%n", "\r\nSet-Cookie: a=b", "\x1b[31m",
    "\u2028", "`id`", "$(id)", "NULL",
    "\ufeff", "😀", "ﷺ" * 50,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, -0.0, 1e308, 10**18, 2**63, -(2**63) - 1, 10**4000,
    "", "x", "5", "true",
    [], [1], {}, {"$ex": 1}, [[[]]], "2023-02-30", "2026-03-02", "9999-12-31T23:59:59+08:00",
    "0001-01-01T00:00:00+14:00", "2026-03-02T10:15:00+99:00", "2026-03-02T24:00:00+08:00",
    "2026-03-02T10:15:60+08:00", "x" * 1_000_000,
)  # fmt: skip
FACTS = (
    "phone_cards_held", "card_channel", "phone_service_opened", "registration_event",
    "counts_as_new_phone_card",
)  # fmt: skip
RAW: dict[str, bytes] = {
    "empty": b"",
    "only NUL": b"\0",
    "NUL in a text": b'{"domain": "a\\u0000b"}',
    "raw NUL in a text": b'{"domain": "a\0b"}',
    "half a surrogate pair": b'{"domain": "\\ud800"}',
    "half a surrogate pair as a key": b'{"\\udc00": 1, "\\udc00": 2}',
    "surrogate in UTF-8": b'{"domain": "\xed\xa0\x80"}',
    "UTF-16": '{"domain": "telecom"}'.encode("utf-16"),
    "UTF-32": '{"domain": "telecom"}'.encode("utf-32"),
    "GB18030": '{"domain": "电信"}'.encode("gb18030"),
    "overlong UTF-8": b'{"domain": "\xc0\xaf"}',
    "a gzip": b"\x1f\x8b\x08\x00" + b"\0" * 64,
    "infinity by exponent": b'{"facts": {"phone_cards_held": 1e400}}',
    "NaN": b'{"facts": {"phone_cards_held": NaN}}',
    "many digits": b'{"facts": {"phone_cards_held": ' + b"9" * 100_000 + b"}}",
    "many digits of a fraction": b'{"facts": {"phone_cards_held": 0.' + b"9" * 100_000 + b"}}",
    "deep lists": b'{"facts": {"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}",
    "deep objects": b'{"a":' * 150_000 + b"1" + b"}" * 150_000,
    "unclosed lists": b"[" * 900_000,
    "the same key often": b"{" + b",".join([b'"a": 1'] * 100_000) + b"}",
    "two documents": b'{"a": 1}{"a": 1}',
    "a comment": b'{"a": 1 /* x */}',
    "single quotes": b"{'a': 1}",
    "a text": b'"domain"',
    "a number": b"1",
    "a list of checks": b"[{}]",
    "a form": b"domain=telecom&stage=done",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "1 MiB of spaces": b" " * 1024 * 1024,
    "over 1 MiB": b'{"domain": "' + b"x" * 1024 * 1024 + b'"}',
}


def raw(_: Json) -> Iterator[tuple[str, bytes]]:
    """Give what is no JSON, or no object."""
    yield from RAW.items()


def fields(check: Json) -> Iterator[tuple[str, bytes]]:
    """Give checks with a wrong value in one field."""
    for field in (*check, "known_at", "circumstances", "scope", "contract", "record", "reference"):
        for number, value in enumerate((*VALUES, *INJECTIONS)):
            if not _is_accepted(field, value, check):
                yield f"{field}: value {number}", _json({**check, field: value})


def names(check: Json) -> Iterator[tuple[str, bytes]]:
    """Give checks in which one name is not what it should be."""
    for number, name in enumerate(NAMES):
        facts = {**check["facts"], name: 1}
        yield f"fact named {number}", _json({**check, "facts": facts})
        yield f"circumstance named {number}", _json({**check, "circumstances": {name: 1}})
        yield f"field named {number}", _json({**check, name: 1})
        yield f"scope {number}", _json({**check, "scope": [name or "?"]})


def facts(check: Json) -> Iterator[tuple[str, bytes]]:
    """Give checks with a wrong value of one fact."""
    for fact in FACTS:
        for number, value in enumerate((*VALUES, *INJECTIONS)):
            if value is None or isinstance(value, bool):
                continue
            if fact == "phone_cards_held" and value == 0 and isinstance(value, int):
                continue
            changed = {**check["facts"], fact: value}
            yield f"{fact}: value {number}", _json({**check, "facts": changed})


def crowds(check: Json) -> Iterator[tuple[str, bytes]]:
    """Give checks with too much of one thing."""
    many = {f"fact_{number}": number for number in range(5000)}
    scope = ["cn." + "x" * 190 + str(number) for number in range(200)]
    yield "5,000 facts", _json({**check, "facts": many})
    yield "1,000 unknown facts", _json({**check, "facts": dict(list(many.items())[:1000])})
    yield "5,000 fields", _json({**check, **many})
    yield "5,000 circumstances", _json({**check, "circumstances": many})
    yield "5,000 of scope", _json({**check, "scope": list(many)})
    yield "200 unknown of scope", _json({**check, "scope": scope})


PARTS = (raw, fields, names, facts, crowds)
"""Each gives bodies with names; none of them is a check that can be judged."""


def _json(body: Json) -> bytes:
    return json.dumps(body).encode()


def _is_accepted(field: str, value: Any, check: Json) -> bool:
    if value is None:
        return field in {
            "known_at", "circumstances", "scope", "contract", "record", "reference",
        }  # fmt: skip
    if field == "reference":
        return isinstance(value, str) and len(value) <= 200
    if field == "record":
        return isinstance(value, bool)
    if field in {"facts", "circumstances"}:
        return value == {}
    if field == "scope":
        return value == []
    return field in check and bool(value == check[field])
