"""YAML with places: plain values plus the line and column that each of them stands at.

Stricter than YAML: no anchors, aliases or tags, no duplicate keys, and only `true`, `false`,
`null`, whole numbers and dates are anything but text (so `no` stays the word it is).
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from fanzha.errors import Location, RulesetError
from fanzha.model.text import Text

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
MAXIMUM_FILE_BYTES = 4 * 1024 * 1024
MAXIMUM_DEPTH = 20
MAXIMUM_DIGITS = 18
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """One file as read: its value, and where each part of it stands."""

    file: str
    source: str
    value: Any
    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Path -> start and end offset in the source."""
    keys: dict[Path, int] = field(default_factory=dict)
    """Path of an entry -> offset of its key."""

    def key_location(self, path: Path) -> Location:
        """Return the place of the key that a value stands under, or of the value itself."""
        if path in self.keys:
            return self._location_at(self.keys[path])
        return self.location(path)

    def location(self, path: Path) -> Location:
        """Return the place of a value, or of the nearest thing around it."""
        while path and path not in self.spans:
            path = path[:-1]
        return self._location_at(self.spans.get(path, (0, 0))[0])

    def location_inside(self, path: Path, column: int) -> Location:
        """Return the place of the `column`-th character (from 1) of a text value, stripped.

        Folding and quoting change only white space, so characters that are not white space
        are counted in the value and again in the source.
        """
        start, end = self.spans.get(path, (0, 0))
        value = self._value_at(path)
        if not isinstance(value, str):
            return self.location(path)
        seen = sum(1 for character in value.strip()[: column - 1] if not character.isspace())
        offset, style = start, self.source[start : start + 1]
        if style in {">", "|"}:
            offset = self.source.find("\n", start)
        elif style in {"'", '"'}:
            offset = start + 1
        while offset < end:
            if style == '"' and self.source.startswith("\\\n", offset):
                offset += 2
                continue
            if not self.source[offset].isspace():
                if seen == 0:
                    break
                seen -= 1
            # Two characters in the source are one in the value.
            escaped = (style == '"' and self.source[offset] == "\\") or (
                style == "'" and self.source.startswith("''", offset)
            )
            offset += 2 if escaped else 1
        return self._location_at(offset)

    def _location_at(self, offset: int) -> Location:
        line = self.source.count("\n", 0, offset) + 1
        column = offset - (self.source.rfind("\n", 0, offset) + 1) + 1
        return Location(file=self.file, line=line, column=column)

    def _value_at(self, path: Path) -> Any:
        value = self.value
        for step in path:
            value = value[step]
        return value


def read_file(path: pathlib.Path, shown: str) -> Document:
    """Read one file from disk; `shown` is its name in messages. Raises RulesetError."""
    try:
        source = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.reason if isinstance(error, UnicodeDecodeError) else error.strerror
        raise RulesetError(
            Text(zh=f"无法读取：{reason}", en=f"cannot be read: {reason}"),
            hint=Text(zh="请以 UTF-8 编码保存为文本文件", en="save it as a text file in UTF-8"),
            where=Location(file=shown),
            code="ruleset_unreadable",
        ) from error
    return read_document(source, shown)


def read_document(source: str, file: str) -> Document:
    """Read one file.

    Raises RulesetError with the place for anything that is not plain, unambiguous YAML.
    """
    # Editors on Windows put a byte order mark first; offsets do not count it.
    source = source.removeprefix("\ufeff")
    document = Document(file=file, source=source, value=None)
    if len(source.encode(errors="replace")) > MAXIMUM_FILE_BYTES:
        raise _error(
            document,
            0,
            Text(zh="文件超过 4 MiB", en="the file is larger than 4 MiB"),
            Text(zh="请拆分为多个文件", en="split it into several files"),
        )
    try:
        _refuse_references_and_depth(document)
        node = yaml.compose(source, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise _syntax_error(document, error) from error
    document.value = None if node is None else _construct(document, node, ())
    return document


def _refuse_references_and_depth(document: Document) -> None:
    depth = 0
    for event in yaml.parse(document.source, Loader=_LOADER):
        anchored = getattr(event, "anchor", None) is not None
        tagged = getattr(event, "tag", None) is not None
        if anchored or tagged:
            raise _error(
                document,
                _offset(event),
                Text(
                    zh="不允许使用 YAML 锚点、别名和标签",
                    en="anchors, aliases and tags are not allowed",
                ),
                Text(
                    zh="请直接写出该值；以 & * ! 开头的文字请加引号",
                    en="write the value out; quote text that starts with & * or !",
                ),
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAXIMUM_DEPTH:
            raise _error(
                document,
                _offset(event),
                Text(
                    zh=f"嵌套超过 {MAXIMUM_DEPTH} 层",
                    en=f"nested more than {MAXIMUM_DEPTH} levels deep",
                ),
                Text(zh="请减少嵌套层次", en="use fewer levels"),
            )


def _offset(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _construct(document: Document, node: yaml.Node, path: Path) -> Any:
    document.spans[path] = (node.start_mark.index, node.end_mark.index)
    if isinstance(node, yaml.MappingNode):
        return dict(_entries(document, node, path))
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct(document, child, (*path, position))
            for position, child in enumerate(node.value)
        ]
    return _scalar(document, node)


def _entries(document: Document, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _error(
                document,
                key_node.start_mark.index,
                Text(zh="键必须是文字", en="a key must be plain text"),
                Text(zh="请使用简单的键名", en="use a simple name as the key"),
            )
        key = str(key_node.value)
        if key in seen:
            raise _error(
                document,
                key_node.start_mark.index,
                Text(zh=f"键 `{key}` 重复", en=f"key `{key}` stands twice"),
                Text(zh="请删除其中之一", en="remove one of the two"),
                code="ruleset_duplicate_key",
            )
        seen.add(key)
        document.keys[(*path, key)] = key_node.start_mark.index
        yield key, _construct(document, value_node, (*path, key))


def _scalar(document: Document, node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        digits = text.replace("_", "")
        if len(digits.lstrip("+-")) > MAXIMUM_DIGITS:
            raise _error(
                document,
                node.start_mark.index,
                Text(
                    zh=f"整数超过 {MAXIMUM_DIGITS} 位",
                    en=f"a whole number of more than {MAXIMUM_DIGITS} digits",
                ),
                Text(zh="若是文字请加引号", en="quote it if it is a text"),
            )
        return int(digits)
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise _error(
                document,
                node.start_mark.index,
                Text(zh=f"`{text}` 不是有效日期", en=f"`{text}` is not a day of the calendar"),
                Text(zh="请写成 YYYY-MM-DD", en="write it as YYYY-MM-DD"),
                code="ruleset_bad_date",
            ) from error
    return text


def _syntax_error(document: Document, error: yaml.YAMLError) -> RulesetError:
    if isinstance(error, yaml.reader.ReaderError):
        return _error(
            document,
            document.source.find(chr(error.character)),
            Text(zh="文件含有控制字符", en="the file holds a control character"),
            Text(zh="请删除该字符", en="delete it"),
            code="ruleset_syntax",
        )
    mark = getattr(error, "problem_mark", None)
    if mark and document.source.startswith("\t", mark.index):
        return _error(
            document,
            mark.index,
            Text(zh="行首有制表符", en="a tab where YAML has spaces"),
            Text(zh="请用空格缩进", en="indent with spaces"),
            code="ruleset_syntax",
        )
    problem = getattr(error, "problem", None) or "unreadable"
    return _error(
        document,
        mark.index if mark else 0,
        Text(zh=f"YAML 语法错误：{problem}", en=f"not valid YAML: {problem}"),
        Text(
            zh="请检查缩进、引号和冒号后的空格",
            en="check the indentation, quotes and the space after colons",
        ),
        code="ruleset_syntax",
    )


def _error(
    document: Document, offset: int, message: Text, hint: Text, *, code: str | None = None
) -> RulesetError:
    return RulesetError(message, code=code, hint=hint, where=document._location_at(offset))
