"""Rule files are plain YAML: what could be read two ways is refused at its place."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.errors import RulesetError
from fanzha.rulesets.yaml_reader import MAXIMUM_DEPTH, MAXIMUM_FILE_BYTES, read_document


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a: no", "no"),
        ("a: yes", "yes"),
        ("a: on", "on"),
        ("a: y", "y"),
        ("a: True", "True"),
        ("a: true", True),
        ("a: false", False),
        ("a: null", None),
        ("a: ~", None),
        ("a:", None),
        ("a: 'true'", "true"),
        ("a: 12", 12),
        ("a: -12", -12),
        ("a: +12", 12),
        ("a: 1_000_000", 1_000_000),
        ("a: 010", "010"),
        ("a: 0x10", "0x10"),
        ("a: 0o10", "0o10"),
        ("a: 1.5", "1.5"),
        ("a: 1e3", "1e3"),
        ("a: .inf", ".inf"),
        ("a: 12:30:45", "12:30:45"),
        ("a: '12'", "12"),
        ("a: 2022-12-01", date(2022, 12, 1)),
        ("a: '2022-12-01'", "2022-12-01"),
        ("a: 2022-1-1", "2022-1-1"),
        ("a: 2022-12-01T10:00:00", "2022-12-01T10:00:00"),
        ("a: 银行卡", "银行卡"),
        ("a: {b: 1, c: [2, x]}", {"b": 1, "c": [2, "x"]}),
        ("a: >-\n  one\n  two\n", "one two"),
        ("a: |\n  one\n  two\n", "one\ntwo\n"),
        ("a: b & c * d !e", "b & c * d !e"),
    ],
)
def test_only_true_false_null_whole_numbers_and_dates_are_not_text(
    source: str, value: object
) -> None:
    assert read_document(source, "f.yaml").value == {"a": value}


def test_keys_are_always_text() -> None:
    source = "1: a\ntrue: b\n2022-12-01: c\n<<: d\n"
    assert read_document(source, "f.yaml").value == {
        "1": "a",
        "true": "b",
        "2022-12-01": "c",
        "<<": "d",
    }


@pytest.mark.parametrize("source", ["", "# only a comment\n", "---\n"])
def test_a_file_without_content_has_no_value(source: str) -> None:
    assert read_document(source, "f.yaml").value is None


def _refused(source: str) -> RulesetError:
    with pytest.raises(RulesetError) as caught:
        read_document(source, "f.yaml")
    assert caught.value.hint is not None
    return caught.value


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        ("a: &x 1\nb: *x\n", "ruleset_invalid", "f.yaml:1:4"),
        ("中: 一\nb: *x\n", "ruleset_invalid", "f.yaml:2:4"),
        ("a: !!int 1\n", "ruleset_invalid", "f.yaml:1:4"),
        ("a: !!python/object/apply:os.system [ls]\n", "ruleset_invalid", "f.yaml:1:4"),
        ("a: 1\nb: 2\na: 3\n", "ruleset_duplicate_key", "f.yaml:3:1"),
        ("a: {b: 1, b: 2}\n", "ruleset_duplicate_key", "f.yaml:1:11"),
        ("a: 1\n'a': 2\n", "ruleset_duplicate_key", "f.yaml:2:1"),
        ("- {[a]: 1}\n", "ruleset_invalid", "f.yaml:1:4"),
        ("日期: 2023-02-30\n", "ruleset_bad_date", "f.yaml:1:5"),
        ("a: 2022-13-01\n", "ruleset_bad_date", "f.yaml:1:4"),
        ("a: 0000-01-01\n", "ruleset_bad_date", "f.yaml:1:4"),
        ("a:\n\tb: 1\n", "ruleset_syntax", "f.yaml:2:1"),
        ("a: [1, 2\n", "ruleset_syntax", "f.yaml:2:1"),
        ("a: 'open\n", "ruleset_syntax", "f.yaml:2:1"),
        ("a: b: c\n", "ruleset_syntax", "f.yaml:1:5"),
        ("a: 1\n---\nb: 2\n", "ruleset_syntax", "f.yaml:2:1"),
        ("中文: 一\nb: \0\n", "ruleset_syntax", "f.yaml:2:4"),
        ("a: \x07\n", "ruleset_syntax", "f.yaml:1:4"),
        ("a: " + "9" * 19, "ruleset_invalid", "f.yaml:1:4"),
        ("a: " + "9" * 5000, "ruleset_invalid", "f.yaml:1:4"),
    ],
)
def test_what_is_not_plain_is_refused_where_it_stands(source: str, code: str, place: str) -> None:
    error = _refused(source)
    assert (error.code, str(error.where)) == (code, place)


@pytest.mark.parametrize("levels", [MAXIMUM_DEPTH + 1, 1000, 100_000])
def test_deep_nesting_is_refused(levels: int) -> None:
    assert "nest" in str(_refused("[" * levels + "]" * levels))


def test_nesting_within_the_limit_is_read() -> None:
    source = "[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH
    assert read_document(source, "f.yaml").value is not None


def test_a_file_of_five_mebibytes_is_refused_before_it_is_read() -> None:
    error = _refused("# " + "中" * (5 * 1024 * 1024 // 3))
    assert error.message.en == "the file is larger than 4 MiB"


def test_the_limit_counts_bytes() -> None:
    source = "# " + "x" * (MAXIMUM_FILE_BYTES - 2)
    assert read_document(source, "f.yaml").value is None
    _refused(source + "x")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_move_no_place(mark: str, line_end: str) -> None:
    source = mark + line_end.join(["一: 1", "b:", "  c: 二", "  d: 2020-01-01", ""])
    document = read_document(source, "f.yaml")
    assert document.value == {"一": 1, "b": {"c": "二", "d": date(2020, 1, 1)}}
    assert str(document.location(("b", "d"))) == "f.yaml:4:6"
    assert str(document.key_location(("b", "d"))) == "f.yaml:4:3"


def test_the_place_of_what_is_not_there_is_that_of_the_thing_around_it() -> None:
    document = read_document("a:\n  - b: 1\n", "f.yaml")
    assert str(document.location(("a", 0, "missing"))) == "f.yaml:2:5"
    assert str(document.key_location(("a", 0))) == "f.yaml:2:5"


@pytest.mark.parametrize(
    "source",
    [
        "a: one two three",
        "a: 'one two three'",
        "a: ' one two three'",
        'a: "one two three"',
        "a: one\n  two\n  three\n",
        "a: >-\n  one\n\n  two\n    three\n",
        "a: |\n  one\n     two\n\n     three\n",
        "a: |2+\n  one two\n  three\n\n\n",
        'a: "one \\\n   two three"',
        "a: 'it''s one two three'",
        'a: "\\"one\\" two three"',
        "a: 一 two three",
    ],
)
def test_a_column_inside_a_text_is_found_in_the_file(source: str) -> None:
    document = read_document(source, "f.yaml")
    column = document.value["a"].strip().index("three") + 1
    place = document.location_inside(("a",), column)
    assert place.line is not None
    assert place.column is not None
    assert source.split("\n")[place.line - 1][place.column - 1 :].startswith("three")


def test_a_column_inside_what_is_no_text_is_the_place_of_the_value() -> None:
    document = read_document("a: true", "f.yaml")
    assert str(document.location_inside(("a",), 3)) == "f.yaml:1:4"


_PIECES = [
    "a", "银", "- ", ": ", "\n", "  ", "{", "}", "[", "]", ", ", "'", '"', "&x ", "*x", "!t ", "|",
    ">", "#", "2023-02-30", "2023-02-01", "12", "~", "?", "<<", "---", "\t", "\r\n", "\0", "%",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=15).map("".join))
def test_any_text_is_read_or_refused_at_a_place_inside_it(source: str) -> None:
    try:
        read_document(source, "f.yaml")
    except RulesetError as error:
        place = error.where
        assert place is not None, source
        assert place.line is not None
        assert 1 <= place.line <= source.count("\n") + 1
