"""Reading conditions: every operator, every column, and every refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.errors import ExpressionError
from fanzha.model.expressions import (
    And,
    Arithmetic,
    Compare,
    Expression,
    Literal,
    Membership,
    Name,
    Not,
    Or,
    Parameter,
    names_in,
    render,
)
from fanzha.model.parsing import MAXIMUM_DEPTH, MAXIMUM_LENGTH, parse

a, b, c = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a", a),
        ("true", Literal(True)),
        ("false", Literal(False)),
        ("not a", Not(a)),
        ("not not a", Not(Not(a))),
        ("a and b and c", And((a, b, c))),
        ("a or b or c", Or((a, b, c))),
        ("a and b or c", Or((And((a, b)), c))),
        ("a and (b or c)", And((a, Or((b, c))))),
        ("(a and b) and c", And((And((a, b)), c))),
        ("not a and b", And((Not(a), b))),
        ("not (a and b)", Not(And((a, b)))),
        ("not a == b", Not(Compare("==", a, b))),
        ("a == 1", Compare("==", a, Literal(1))),
        ("a != 'x'", Compare("!=", a, Literal("x"))),
        ('a == "x"', Compare("==", a, Literal("x"))),
        ("a < -1", Compare("<", a, Literal(-1))),
        ("a <= 1_000_000", Compare("<=", a, Literal(1_000_000))),
        ("a > $limit", Compare(">", a, Parameter("limit"))),
        ("a >= $bank.atm.day_2", Compare(">=", a, Parameter("bank.atm.day_2"))),
        ("a == true", Compare("==", a, Literal(True))),
        ("a in ['x', 'y']", Membership(a, (Literal("x"), Literal("y")))),
        ("a in ['x',]", Membership(a, (Literal("x"),))),
        ("a not in [1, $p]", Membership(a, (Literal(1), Parameter("p")), True)),
        ("a + b - c > 0", Compare(">", Arithmetic("-", Arithmetic("+", a, b), c), Literal(0))),
        (
            "a + b * 2 > 0",
            Compare(">", Arithmetic("+", a, Arithmetic("*", b, Literal(2))), Literal(0)),
        ),
        ("(a - b) * c < -5", Compare("<", Arithmetic("*", Arithmetic("-", a, b), c), Literal(-5))),
        ("a - -5 == 0", Compare("==", Arithmetic("-", a, Literal(-5)), Literal(0))),
        ("a == '银行卡'", Compare("==", a, Literal("银行卡"))),
        ("a == '$x is no parameter'", Compare("==", a, Literal("$x is no parameter"))),
        ("a == '# no comment'", Compare("==", a, Literal("# no comment"))),
        ("a == 'P__x'", Compare("==", a, Literal("P__x"))),
        (r"a == 'it\'s'", Compare("==", a, Literal("it's"))),
        (r"a == 'back\\slash'", Compare("==", a, Literal("back\\slash"))),
        (r"a == '\u94f6'", Compare("==", a, Literal("银"))),
        ("  a  ", a),
        ("a\n  and\n\tb", And((a, b))),
        ("a and\r\n b", And((a, b))),
    ],
)
def test_a_condition_is_read_as_written(source: str, expected: Expression) -> None:
    assert parse(source) == expected


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("first and second", "second"),
        ("first == '中文中文' and second", "second"),
        ("$bank.limit > 3 and second", "second"),
        ("'$x' == $y.z and $q == second", "second"),
        ("   first\n      and\n         second", "second"),
        ("first in ['一', '二'] and $a.b > $c.d.e and\n\n   second", "second"),
        ("first and not second", "second"),
    ],
)
def test_columns_are_those_of_the_source(source: str, word: str) -> None:
    tree = parse(source)
    while isinstance(tree, And | Compare | Not):
        tree = {
            And: lambda node: node.operands[-1],
            Compare: lambda node: node.right,
            Not: lambda node: node.operand,
        }[type(tree)](tree)
    assert isinstance(tree, Name)
    assert tree.id == word
    assert source[tree.column - 1 :].startswith(word)


NOT_ALLOWED = {
    "lambda": "lambda: a",
    "a call": "len(a) > 1",
    "an attribute": "a.b == 1",
    "an index": "a[0] == 1",
    "an f-string": "f'{a}' == 'x'",
    "a walrus": "(a := 1) == 1",
    "a power": "a ** 2 > 1",
    "a division": "a / 2 > 1",
    "a whole division": "a // 2 > 1",
    "a remainder": "a % 2 == 1",
    "matrix multiplication": "a @ b == 1",
    "a shift": "a << 2 > 1",
    "bits": "a & b",
    "inverted bits": "~a == 1",
    "a sign before a fact": "-a == 1",
    "a plus sign": "+1 == a",
    "a sign before true": "-true == a",
    "a sign before True": "-True == a",
    "is": "a is b",
    "is not": "a is not b",
    "a chain": "1 < a < 3",
    "a chain of equals": "a == b == c",
    "a float": "a > 1.5",
    "True": "a == True",
    "None": "a == None",
    "an ellipsis": "a == ...",
    "bytes": "a == b'x'",
    "a raw text": "a == r'x'",
    "two texts side by side": "a in ['x' 'y']",
    "a tuple": "(a, b)",
    "membership in a tuple": "a in (1, 2)",
    "membership in a fact": "a in b",
    "membership in an empty list": "a in []",
    "a list": "[a]",
    "a list in a list": "a in [[1]]",
    "a star in a list": "a in [*b]",
    "a set": "a in {1}",
    "a mapping": "{a: b}",
    "a comprehension": "[x for x in a]",
    "a generator": "(x for x in a)",
    "if else": "a if b else c",
    "await": "await a",
    "yield": "(yield a)",
    "a condition in a comparison": "(a and b) == c",
    "a negation in a comparison": "a == (not b)",
    "a comparison in a comparison": "(a == b) == c",
    "a condition in arithmetic": "(a or b) + 1 > 0",
    "a condition in a list": "a in [b and c]",
}


@pytest.mark.parametrize("source", NOT_ALLOWED.values(), ids=NOT_ALLOWED)
def test_what_is_not_in_the_language_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert caught.value.code == "expression_not_allowed"
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    ("source", "column", "hint"),
    [
        ("", 1, "use comparisons, and, or, not"),
        ("a and", 1, "use comparisons, and, or, not"),
        ("a b", 3, "use comparisons, and, or, not"),
        ("a = b", 3, "write `==`, not `=`"),
        ("   a = b", 6, "write `==`, not `=`"),
        ("$p.q = b", 6, "write `==`, not `=`"),
        ("a && b", 4, "write `and`, not `&&`"),
        ("a || b", 4, "write `or`, not `||`"),
        ("!a", 1, "write `not`, not `!`"),
        ("a # or b", 3, "a condition holds no comment"),
        ("a\n# or b", 3, "a condition holds no comment"),
        ("（a or b）", 1, "write `(`, not `（`"),
        ("a ＝ b", 3, "write `==`, not `＝`"),
        ("a in ['x'，'y']", 10, "write `,`, not `，`"),
        ("a == “x”", 6, "write `'`, not `“`"),
        ("a ≥ 1", 3, "write `>=`, not `≥`"),
        ("a == 银行卡", 6, "put other text in quotes"),
        ("ａ", 1, "names of facts are plain letters"),
        ("a == 'x", 6, "write a text as 'text'"),
        ("a == 0x10", 6, "use decimal digits only"),
        ("a == 1e5", 6, "use decimal digits only"),
        ("a == 1j", 6, "use decimal digits only"),
        ("1in [1]", 1, "use decimal digits only"),
        ("a == 010", 6, "use comparisons"),
        ("P__a == 1", 1, "write a parameter as `$name`"),
        ("$a__D__b == 1", 3, "write a parameter as `$name`"),
        ("$ a == 1", 1, "use comparisons"),
        (r"a == '\d'", 6, r"write a backslash as `\\`"),
        ("a == 1;", 7, "use comparisons"),
        ("import os", 1, "use comparisons"),
    ],
)
def test_what_is_no_condition_is_refused_where_it_stands(
    source: str, column: int, hint: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    error = caught.value
    assert error.code == "expression_syntax"
    assert error.where is not None
    assert error.hint is not None
    assert (error.where.column, hint in error.hint.en) == (column, True), str(error)


def test_a_condition_at_the_limit_of_length_is_read_and_one_beyond_it_refused() -> None:
    longest = "a".ljust(MAXIMUM_LENGTH)
    assert parse(longest) == a
    with pytest.raises(ExpressionError) as caught:
        parse(longest + " ")
    assert caught.value.code == "expression_too_long"


@pytest.mark.parametrize(
    "source",
    [
        "not " * (MAXIMUM_DEPTH + 1) + "a",
        "not " * 2400 + "a",
        "+".join(["a"] * 2000) + " > 1",
        "+".join(["a"] * 4900) + " > 1",
        "-" * 9000 + "1 > a",
    ],
)
def test_a_condition_nested_too_deeply_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert caught.value.code == "expression_too_deep"


def test_many_parts_side_by_side_are_not_deep() -> None:
    tree = parse(" and ".join(["a"] * 1000))
    assert isinstance(tree, And)
    assert len(tree.operands) == 1000


def test_a_null_character_is_refused() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("a\0")
    assert caught.value.code == "expression_syntax"


def test_names_of_python_mean_nothing() -> None:
    assert parse("__import__ and exec") == And((Name("__import__"), Name("exec")))


_PIECES = [
    "a", "b_2", "$p", "$p.q", "1", "-5", "'x'", '"银"', "true", "True", "and", "or", "not", "in",
    "not in", "==", "=", "<", ">=", "+", "-", "*", "**", "/", "(", ")", "[", "]", ",", ".", ":=",
    "lambda", "if", "else", "is", "None", "#", "\\", "'", "\n", "\t", "（", "中", "1.5", "0x1", "$",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join) | st.text(max_size=30))
def test_any_text_is_a_condition_or_refused_at_a_place_inside_it(source: str) -> None:
    try:
        expression = parse(source)
    except ExpressionError as error:
        column = error.where.column if error.where else None
        assert column is not None, source
        assert 1 <= column <= len(source) + 1
        return
    assert parse(render(expression)) == expression
    assert not {"lambda", "if", "is"} & names_in(expression)
