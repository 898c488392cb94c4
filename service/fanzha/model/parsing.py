"""Reads a condition. Python's own grammar does the parsing; nothing is ever run as Python."""

from __future__ import annotations

import ast
import re

from fanzha.errors import ExpressionError, Location
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
)
from fanzha.model.text import Text

MAXIMUM_LENGTH = 10_000
_PARAMETER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_0-9]+)*)")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_MARK = "P__"
_DOT = "__D__"
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_CONSTANTS = {"true": True, "false": False}


def parse(source: str) -> Expression:
    """Return the condition; raise ExpressionError with the column where it cannot be read."""
    return _Parser(source).expression()


class _Parser:
    def __init__(self, source: str) -> None:
        if len(source) > MAXIMUM_LENGTH:
            raise _error(
                Text(zh=f"条件超过 {MAXIMUM_LENGTH} 个字符", en=f"longer than {MAXIMUM_LENGTH} characters"),
                1,
                Text(zh="请拆成定义", en="split it into definitions"),
                "expression_too_long",
            )
        self.source = " ".join(source.split()) if "\n" in source else source
        self.shifts: list[tuple[int, int]] = []
        self.text = self._with_plain_names()

    def expression(self) -> Expression:
        try:
            tree = ast.parse(self.text.strip(), mode="eval")
        except SyntaxError as error:
            raise self._syntax_error(error) from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise _error(
                Text(zh="无法读取该条件", en="this condition cannot be read"),
                1,
                Text(zh="请简化，并去掉特殊字符", en="simplify it and remove special characters"),
                "expression_syntax",
            ) from error
        return self._condition(tree.body)

    # Python has no `$`: parameters become names that no fact can have, and columns are mapped back.
    def _with_plain_names(self) -> str:
        parts: list[str] = []
        position = 0
        written = 0
        quoted = [match.span() for match in _QUOTED.finditer(self.source)]
        for match in _PARAMETER.finditer(self.source):
            if any(start < match.start() < end for start, end in quoted):
                continue
            before = self.source[position : match.start()]
            name = _MARK + match[1].replace(".", _DOT)
            parts += [before, name]
            written += len(before) + len(name)
            position = match.end()
            self.shifts.append((written, position))
        parts.append(self.source[position:])
        return "".join(parts)

    def _column(self, node: ast.AST) -> int:
        # `ast` counts UTF-8 bytes; conditions may hold Chinese text in quotes.
        offset = getattr(node, "col_offset", 0)
        line = self.text.strip().encode()[:offset].decode(errors="ignore")
        return self._original(len(line) + len(self.text) - len(self.text.lstrip()))

    def _original(self, offset: int) -> int:
        shift = 0
        for written, position in self.shifts:
            if offset >= written:
                shift = position - written
        return offset + shift + 1

    def _syntax_error(self, error: SyntaxError) -> ExpressionError:
        column = self._original(max((error.offset or 1) - 1, 0))
        hint = Text(
            zh="可用：比较、and、or、not、in [..]、+ - *、括号",
            en="use comparisons, and, or, not, in [..], + - * and parentheses",
        )
        for wrong, right in (("&&", "and"), ("||", "or"), ("=", "=="), ("!", "not")):
            if wrong in self.source and not (wrong == "=" and "==" in self.source):
                hint = Text(zh=f"请写 `{right}`，不写 `{wrong}`", en=f"write `{right}`, not `{wrong}`")
                break
        return _error(
            Text(zh="条件语法错误", en="this is not a condition"), column, hint, "expression_syntax"
        )

    def _condition(self, node: ast.expr) -> Expression:
        column = self._column(node)
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return And(tuple(map(self._condition, values)), column)
            case ast.BoolOp(op=ast.Or(), values=values):
                return Or(tuple(map(self._condition, values)), column)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self._condition(operand), column)
            case ast.Compare():
                return self._comparison(node, column)
            case _:
                return self._value(node)

    def _comparison(self, node: ast.Compare, column: int) -> Expression:
        if len(node.ops) > 1:
            raise _error(
                Text(zh="不能连写比较", en="comparisons cannot be chained"),
                column,
                Text(zh="请用 and 连接", en="join two comparisons with `and`"),
                "expression_not_allowed",
            )
        operator, right = node.ops[0], node.comparators[0]
        left = self._condition(node.left)
        if isinstance(operator, ast.In | ast.NotIn):
            if not isinstance(right, ast.List) or not right.elts:
                raise _error(
                    Text(zh="`in` 右边须是列表", en="`in` needs a list on its right"),
                    self._column(right),
                    Text(zh="例如 in ['a', 'b']", en="for example in ['a', 'b']"),
                    "expression_not_allowed",
                )
            values = tuple(map(self._value, right.elts))
            return Membership(left, values, isinstance(operator, ast.NotIn), column)
        symbol = _COMPARISONS.get(type(operator))
        if symbol is None:
            raise self._refuse(node, column)
        return Compare(symbol, left, self._condition(right), column)

    def _value(self, node: ast.expr) -> Expression:
        column = self._column(node)
        match node:
            case ast.Name(id=name) if name.startswith(_MARK):
                return Parameter(name.removeprefix(_MARK).replace(_DOT, "."), column)
            case ast.Name(id=name) if name in _CONSTANTS:
                return Literal(_CONSTANTS[name], column)
            case ast.Name(id=name):
                return Name(name, column)
            case ast.Constant(value=int() as value) if not isinstance(value, bool):
                return Literal(value, column)
            case ast.Constant(value=str() as value):
                return Literal(value, column)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
                return Literal(-value, column)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                symbol = _ARITHMETIC[type(operator)]
                return Arithmetic(symbol, self._value(left), self._value(right), column)
            case _:
                raise self._refuse(node, column)

    def _refuse(self, node: ast.expr, column: int) -> ExpressionError:
        shown = ast.get_source_segment(self.text.strip(), node) or type(node).__name__
        shown = shown.replace(_MARK, "$").replace(_DOT, ".")[:60]
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            hint = Text(zh="请用小写 true、false", en="write `true` and `false` in lower case")
        elif isinstance(node, ast.Constant) and isinstance(node.value, float):
            hint = Text(zh="请用整数，金额以分计", en="use whole numbers; money is in fen")
        else:
            hint = Text(
                zh="可用：事实、$参数、整数、'文字'、比较、and/or/not、in [..]、+ - *、括号",
                en="allowed: facts, $parameters, whole numbers, 'text', comparisons, "
                "and/or/not, in [..], + - * and parentheses",
            )
        return _error(
            Text(zh=f"条件中不允许 `{shown}`", en=f"`{shown}` is not allowed in a condition"),
            column,
            hint,
            "expression_not_allowed",
        )


def _error(message: Text, column: int, hint: Text, code: str) -> ExpressionError:
    return ExpressionError(message, code=code, hint=hint, where=Location(column=column))
