"""Posted JSON: what two readers could understand differently is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.errors import RequestError
from fanzha.usecases.json_input import MAXIMUM_BYTES, MAXIMUM_DEPTH, read_json_object


def _refused(body: bytes | str, **options: object) -> RequestError:
    raw = body.encode() if isinstance(body, str) else body
    with pytest.raises(RequestError) as caught:
        read_json_object(raw, **options)  # type: ignore[arg-type]
    error = caught.value
    assert error.hint is not None
    # The answer that tells of the error must itself be JSON in UTF-8.
    json.dumps(error.as_json(), ensure_ascii=False).encode()
    return error


def test_an_object_is_read() -> None:
    body = '{"a": [1, -2, 2.5, true, null, "银行\\u5361"], "b": {}}'
    assert read_json_object(body.encode()) == {"a": [1, -2, 2.5, True, None, "银行卡"], "b": {}}


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_json_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("", "json_broken", "line 1, column 1 cannot be read"),
        ("{", "json_broken", "line 1, column 2 cannot be read"),
        ('{"a": 1,}', "json_broken", "cannot be read"),
        ("{'a': 1}", "json_broken", "line 1, column 2 cannot be read"),
        ('{"a": 01}', "json_broken", "cannot be read"),
        ('{"a": 1}\n{"b": 2}', "json_broken", "line 2, column 1 cannot be read: Extra data"),
        ('{"a": "b\nc"}', "json_broken", "cannot be read: Invalid control character"),
        ('{"a": NaN}', "json_not_a_number", "`NaN` is not a JSON number"),
        ('{"a": Infinity}', "json_not_a_number", "`Infinity` is not a JSON number"),
        ('{"a": -Infinity}', "json_not_a_number", "`-Infinity` is not a JSON number"),
        ('{"a": 1e400}', "json_not_a_number", "`1e400` is not a JSON number"),
        ('{"a": [-1e999]}', "json_not_a_number", "`-1e999` is not a JSON number"),
        ('{"a": 1, "a": 1}', "json_duplicate_key", "key `a` stands twice"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "json_duplicate_key", "key `b` stands twice"),
        ('{"a": 1, "\\u0061": 2}', "json_duplicate_key", "key `a` stands twice"),
        ('{"\\ud800": 1, "\\ud800": 2}', "json_duplicate_key", "key `?` stands twice"),
        ('{"a": "\\ud800"}', "json_broken", "a text holds half of a surrogate pair"),
        ('{"\\udfff": 1}', "json_broken", "a text holds half of a surrogate pair"),
        ('{"a": ["\\u0000"]}', "json_broken", "a text holds the character NUL"),
        ('{"a\\u0000": 1}', "json_broken", "a text holds the character NUL"),
        ('{"a": ' + "9" * 5000 + "}", "json_broken", "a number has too many digits"),
        (b'{"a": "\xff"}', "json_broken", "byte 8 is not UTF-8"),
        ('{"a": "银"}'.encode("utf-16"), "json_broken", "byte 1 is not UTF-8"),
        ('{"a": "\ud800"}'.encode("utf-8", "surrogatepass"), "json_broken", "is not UTF-8"),
        ("[]", "check_invalid", "a check is one JSON object"),
        ("null", "check_invalid", "a check is one JSON object"),
        ('"text"', "check_invalid", "a check is one JSON object"),
        ("5", "check_invalid", "a check is one JSON object"),
    ],
)
def test_what_is_no_plain_json_object_is_refused(
    body: bytes | str, code: str, message: str
) -> None:
    error = _refused(body)
    assert error.code == code
    assert message in error.message.en


def test_a_surrogate_pair_is_one_character() -> None:
    assert read_json_object(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


def test_large_numbers_are_kept_whole() -> None:
    assert read_json_object(b'{"a": ' + b"9" * 400 + b"}") == {"a": int("9" * 400)}


def _nested(levels: int, opening: str, closing: str) -> str:
    return '{"a": ' + opening * (levels - 1) + "1" + closing * (levels - 1) + "}"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}")])
def test_nesting_is_bounded(opening: str, closing: str) -> None:
    read_json_object(_nested(MAXIMUM_DEPTH, opening, closing).encode())
    for levels in (MAXIMUM_DEPTH + 1, 5_000, 100_000):
        error = _refused(_nested(levels, opening, closing))
        assert error.code == "json_too_deep"
        assert error.http_status == 400


def test_the_body_is_bounded() -> None:
    body = b'{"a": 1}'
    read_json_object(body.ljust(MAXIMUM_BYTES))
    error = _refused(body.ljust(MAXIMUM_BYTES + 1))
    assert (error.code, error.http_status) == ("body_too_large", 413)
    assert read_json_object(body, maximum_bytes=len(body)) == {"a": 1}
    assert _refused(body, maximum_bytes=len(body) - 1).code == "body_too_large"


def test_a_file_is_named_with_the_place() -> None:
    error = _refused('{"a": 1,\n  b: 2}', source="check.json")
    assert str(error.where) == "check.json:2:3"
    assert str(_refused(b"\xff", source="check.json").where) == "check.json"


def test_many_keys_are_searched_for_a_repetition_without_delay() -> None:
    keys = ", ".join(f'"k{number}": 1' for number in range(60_000))
    assert _refused("{" + keys + ', "k0": 1}').message.en == "key `k0` stands twice"


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_texts, _values, max_size=4), st.booleans())
def test_whatever_json_says_is_read_as_it_is(value: dict[str, object], ascii_only: bool) -> None:
    assert read_json_object(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    try:
        value = read_json_object(body)
    except RequestError as error:
        value = error.as_json()
    assert isinstance(value, dict)
