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
MAXIMUM_DEPTH = 100
"""Everything that reads a condition goes down its parts; none is nested anywhere near so deep."""

PARAMETER_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_0-9]+)*")
_PARAMETER = re.compile(rf"\$({PARAMETER_ID.pattern})")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_LITERAL = re.compile(rf"(?:{_QUOTED.pattern})\Z|[0-9](?:_?[0-9])*\Z")
_ESCAPE = re.compile(r"\\(?:['\"\\nrt]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")
_NUMBER_AND_LETTER = re.compile(r"(?<![\w.$])[0-9][0-9_]*[A-Za-z]")
_LINE_BREAKS = str.maketrans("\n\r\t\f\v", "     ")
# What a Chinese keyboard gives in place of a sign of the language.
_FULL_WIDTH = {
    "（": "(", "）": ")", "，": ",", "＝": "==", "＜": "<", "＞": ">", "！": "!", "＋": "+",
    "－": "-", "—": "-", "＊": "*", "×": "*", "【": "[", "】": "]", "＄": "$", "￥": "$",
    "“": "'", "”": "'", "‘": "'", "’": "'", "≤": "<=", "≥": ">=", "≠": "!=", "、": ",",
    "\u3000": " ",
}  # fmt: skip
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
                Text(
                    zh=f"条件超过 {MAXIMUM_LENGTH} 个字符",
                    en=f"longer than {MAXIMUM_LENGTH} characters",
                ),
                1,
                Text(zh="请拆成定义", en="split it into definitions"),
                "expression_too_long",
            )
        # One space for each line break, so that columns stay those of the source.
        self.source = source.translate(_LINE_BREAKS)
        self.quoted = [match.span() for match in _QUOTED.finditer(self.source)]
        self._refuse_characters()
        self.shifts: list[tuple[int, int]] = []
        self.text = self._with_plain_names()

    def expression(self) -> Expression:
        try:
            tree = ast.parse(self.text.strip(), mode="eval")
        # Some releases of Python raise ValueError for a null character.
        except (SyntaxError, ValueError) as error:
            raise self._syntax_error(error) from error
        except (RecursionError, MemoryError) as error:
            raise _too_deep() from error
        _refuse_depth(tree.body)
        return self._condition(tree.body)

    # What Python's own grammar would take, drop or change without a word: comments, other
    # scripts' letters and digits, escapes, numbers that run into a word.
    def _refuse_characters(self) -> None:
        for start, end in self.quoted:
            for backslash in re.finditer(r"\\.", _ESCAPE.sub("", self.source[start:end])):
                raise _error(
                    Text(
                        zh=f"文字中不允许 `{backslash[0]}`",
                        en=f"`{backslash[0]}` is not allowed in a text",
                    ),
                    start + 1,
                    Text(zh=r"反斜杠请写成 `\\`", en=r"write a backslash as `\\`"),
                    "expression_syntax",
                )
        for position, character in enumerate(self.source):
            if character.isascii() and character not in "#'\"":
                continue
            if not self._is_quoted(position):
                raise self._wrong_character(character, position + 1)
        for number in _NUMBER_AND_LETTER.finditer(self.source):
            if not self._is_quoted(number.start()):
                raise _error(
                    Text(zh=f"`{number[0]}` 不是整数", en=f"`{number[0]}` is not a whole number"),
                    number.start() + 1,
                    Text(
                        zh="请只用十进制数字，并在数字后留空格",
                        en="use decimal digits only, with a space after the number",
                    ),
                    "expression_syntax",
                )
        for mark in re.finditer(rf"\b{_MARK}|{_DOT}", self.source):
            if not self._is_quoted(mark.start()):
                raise _error(
                    Text(
                        zh=f"名称中不允许 `{mark[0]}`", en=f"`{mark[0]}` is not allowed in a name"
                    ),
                    mark.start() + 1,
                    Text(zh="参数写成 `$参数名`", en="write a parameter as `$name`"),
                    "expression_syntax",
                )

    def _is_quoted(self, position: int) -> bool:
        return any(start <= position < end for start, end in self.quoted)

    def _wrong_character(self, character: str, column: int) -> ExpressionError:
        message = Text(
            zh=f"条件中不允许字符 `{character}`",
            en=f"the character `{character}` is not allowed in a condition",
        )
        if character in "'\"":
            message = Text(zh="引号没有闭合", en="a quotation mark is not closed")
            hint = Text(zh="文字写成 '文字'", en="write a text as 'text'")
        elif character == "#":
            hint = Text(
                zh="条件中不能写注释，请写在 YAML 的单独一行",
                en="a condition holds no comment; put it on a line of its own in the YAML",
            )
        elif character in _FULL_WIDTH:
            plain = _FULL_WIDTH[character]
            hint = Text(
                zh=f"请用半角 `{plain}`，不用全角 `{character}`",
                en=f"write `{plain}`, not `{character}`",
            )
        else:
            hint = Text(
                zh="事实名只用英文字母；中文文字请加引号，如 '银行卡'",
                en="names of facts are plain letters; put other text in quotes, such as '银行卡'",
            )
        return _error(message, column, hint, "expression_syntax")

    # Python has no `$`: parameters become names that no fact can have, and columns are mapped back.
    def _with_plain_names(self) -> str:
        parts: list[str] = []
        position = 0
        written = 0
        for match in _PARAMETER.finditer(self.source):
            if self._is_quoted(match.start()):
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

    def _syntax_error(self, error: SyntaxError | ValueError) -> ExpressionError:
        lead = len(self.text) - len(self.text.lstrip())
        column = self._original(max((getattr(error, "offset", None) or 1) - 1, 0) + lead)
        hint = Text(
            zh="可用：比较、and、or、not、in [..]、+ - *、括号",
            en="use comparisons, and, or, not, in [..], + - * and parentheses",
        )
        for wrong, right in (("&&", "and"), ("||", "or"), ("=", "=="), ("!", "not")):
            if wrong in self.source and not (wrong == "=" and "==" in self.source):
                hint = Text(
                    zh=f"请写 `{right}`，不写 `{wrong}`", en=f"write `{right}`, not `{wrong}`"
                )
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
        left = self._value(node.left)
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
        return Compare(symbol, left, self._value(right), column)

    def _value(self, node: ast.expr) -> Expression:
        column = self._column(node)
        match node:
            case ast.Name(id=name) if name.startswith(_MARK):
                return Parameter(name.removeprefix(_MARK).replace(_DOT, "."), column)
            case ast.Name(id=name) if name in _CONSTANTS:
                return Literal(_CONSTANTS[name], column)
            case ast.Name(id=name):
                return Name(name, column)
            case ast.Constant(value=value) if self._is_literal(node):
                return Literal(value, column)  # type: ignore[arg-type]
            case ast.UnaryOp(
                op=ast.USub(), operand=ast.Constant(value=int() as value) as number
            ) if self._is_literal(number):
                return Literal(-value, column)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                symbol = _ARITHMETIC[type(operator)]
                return Arithmetic(symbol, self._value(left), self._value(right), column)
            case _:
                raise self._refuse(node, column)

    def _is_literal(self, node: ast.Constant) -> bool:
        # `'a' 'b'`, `r'a'`, `1.5`, `True` and `...` are constants to Python too.
        segment = ast.get_source_segment(self.text.strip(), node) or ""
        return bool(_LITERAL.match(segment))

    def _refuse(self, node: ast.expr, column: int) -> ExpressionError:
        shown = ast.get_source_segment(self.text.strip(), node) or type(node).__name__
        shown = shown.replace(_MARK, "$").replace(_DOT, ".")[:60]
        if isinstance(node, ast.BoolOp | ast.Compare | ast.UnaryOp) and _is_condition(node):
            hint = Text(
                zh="比较的两边须是单个的值；请用 and、or 分开写",
                en="compare single values; write the cases out with `and` and `or`",
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            hint = Text(
                zh="文字写成 '文字'，列表中以逗号分隔",
                en="write a text as 'text', with commas between those of a list",
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
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


def _refuse_depth(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(MAXIMUM_DEPTH):
        level = [
            child
            for node in level
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.expr)
        ]
    if level:
        raise _too_deep()


def _too_deep() -> ExpressionError:
    return _error(
        Text(
            zh=f"条件嵌套超过 {MAXIMUM_DEPTH} 层",
            en=f"nested more than {MAXIMUM_DEPTH} levels deep",
        ),
        1,
        Text(zh="请拆成定义", en="split it into definitions"),
        "expression_too_deep",
    )


def _is_condition(node: ast.expr) -> bool:
    return not isinstance(node, ast.UnaryOp) or isinstance(node.op, ast.Not)


def _error(message: Text, column: int, hint: Text, code: str) -> ExpressionError:
    return ExpressionError(message, code=code, hint=hint, where=Location(column=column))
