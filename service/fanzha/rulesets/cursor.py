"""A place in a rule file that can be asked for values of a type, and that can fail well."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from fanzha.errors import ExpressionError, RulesetError
from fanzha.model.expressions import Expression
from fanzha.model.interval import Interval
from fanzha.model.parsing import parse
from fanzha.model.text import Text
from fanzha.rulesets.yaml_reader import Document, Path


def suggest(word: str, known: Collection[str]) -> Text | None:
    """Return "did you mean …" with the nearest known word, or None."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if not near:
        return None
    return Text(zh=f"是否应为 `{near[0]}`", en=f"did you mean `{near[0]}`")


@dataclass(frozen=True, slots=True)
class Expected:
    """A type of value: what it is called, and how one is written."""

    name: Text
    hint: Text


_MAPPING = Expected(
    Text(zh="键值对", en="a mapping of keys to values"),
    Text(zh="写成 `键: 值`，每行一个", en="write `key: value`, one on each line"),
)
_LIST = Expected(
    Text(zh="列表", en="a list"),
    Text(
        zh="每一项以 `- ` 开头，或写成 [a, b]", en="start each element with `- `, or write [a, b]"
    ),
)
_STRING = Expected(
    Text(zh="文字", en="a text"),
    Text(
        zh="请填写文字；数字、日期和 true、false 作为文字时须加引号",
        en="write a text; numbers, dates, true and false are texts in quotes only",
    ),
)
_INTEGER = Expected(
    Text(zh="整数", en="a whole number"),
    Text(zh="只写数字；金额以分计", en="write digits only; money is in fen"),
)
_BOOLEAN = Expected(
    Text(zh=" true 或 false", en="true or false"),
    Text(
        zh="写 true 或 false；yes、no 和带引号的词都是文字",
        en="write true or false; yes, no and words in quotes are texts",
    ),
)
_DAY = Expected(
    Text(zh="日期 YYYY-MM-DD", en="a date, YYYY-MM-DD"),
    Text(zh="不加引号，如 2022-12-01", en="without quotes, such as 2022-12-01"),
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A value of a document together with where it stands."""

    document: Document
    value: Any
    path: Path = ()

    def error(
        self, message: Text, *, hint: Text | None = None, code: str | None = None
    ) -> RulesetError:
        """Build (not raise) an error at this place."""
        where = self.document.location(self.path)
        return RulesetError(message, code=code, hint=hint, where=where)

    def key_error(
        self, message: Text, *, hint: Text | None = None, code: str | None = None
    ) -> RulesetError:
        """Build (not raise) an error at the key under which this value stands."""
        where = self.document.key_location(self.path)
        return RulesetError(message, code=code, hint=hint, where=where)

    # --- moving ---

    def entries(self) -> Iterator[tuple[str, Cursor]]:
        """Go through the entries of a mapping."""
        self._expect(dict, _MAPPING)
        for key, value in self.value.items():
            yield key, Cursor(self.document, value, (*self.path, key))

    def elements(self) -> Iterator[Cursor]:
        """Go through the elements of a list."""
        self._expect(list, _LIST)
        for position, value in enumerate(self.value):
            yield Cursor(self.document, value, (*self.path, position))

    def has(self, key: str) -> bool:
        """Tell whether the mapping has this key with a value other than null."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def at(self, key: str) -> Cursor:
        """Go to a key that must be there."""
        self._expect(dict, _MAPPING)
        if self.value.get(key) is None:
            raise self.error(
                Text(zh=f"缺少 `{key}`", en=f"`{key}` is missing"),
                hint=Text(zh=f"请加上 `{key}:`", en=f"add `{key}:`"),
                code="ruleset_key_missing",
            )
        return Cursor(self.document, self.value[key], (*self.path, key))

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that this kind of thing does not have."""
        for key, cursor in self.entries():
            if key not in known:
                raise cursor.key_error(
                    Text(zh=f"未知键 `{key}`", en=f"unknown key `{key}`"),
                    hint=suggest(key, known)
                    or Text(
                        zh="可用的键：" + "、".join(sorted(known)),
                        en="known keys: " + ", ".join(sorted(known)),
                    ),
                    code="ruleset_key_unknown",
                )

    # --- values ---

    def string(self) -> str:
        """Return a non-empty text."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self._wrong(_STRING)
        return self.value.strip()

    def strings(self) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        if isinstance(self.value, str):
            return (self.string(),)
        return tuple(each.string() for each in self.elements())

    def integer(self) -> int:
        """Return a whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self._wrong(_INTEGER)
        return self.value

    def boolean(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self._wrong(_BOOLEAN)
        return self.value

    def day(self) -> date:
        """Return a date."""
        if not isinstance(self.value, date):
            raise self._wrong(_DAY)
        return self.value

    def text(self) -> Text:
        """Return a text in both languages."""
        self.only({"zh", "en"})
        return Text(zh=self._language("zh"), en=self._language("en"))

    def word(self, known: Collection[str], what: Text) -> str:
        """Return one of a closed list of words."""
        word = self.string()
        if word not in known:
            raise self.error(
                Text(zh=f"未知的{what.zh} `{word}`", en=f"unknown {what.en} `{word}`"),
                hint=suggest(word, known)
                or Text(
                    zh="可用：" + "、".join(sorted(known)),
                    en="known: " + ", ".join(sorted(known)),
                ),
                code="ruleset_word_unknown",
            )
        return word

    def words(self, known: Collection[str], what: Text) -> tuple[str, ...]:
        """Return a list of words, each from a closed list."""
        if isinstance(self.value, str):
            return (self.word(known, what),)
        return tuple(each.word(known, what) for each in self.elements())

    def interval(self) -> Interval:
        """Return `{from, to}`; `to` is the last day in force, or null."""
        self.only({"from", "to"})
        first = self.at("from").day()
        last = self.at("to").day() if self.has("to") else None
        if last is not None and last < first:
            raise self.error(
                Text(zh="`to` 早于 `from`", en="`to` lies before `from`"),
                hint=Text(
                    zh="`to` 是最后有效日",
                    en="`to` is the last day in force, not the first without",
                ),
                code="ruleset_bad_date",
            )
        return Interval(first, last)

    def condition(self, check: Callable[[Expression], None]) -> Expression:
        """Return a condition, parsed and checked; `true` and `false` may stand bare."""
        source = str(self.value).lower() if isinstance(self.value, bool) else self.string()
        try:
            expression = parse(source)
            check(expression)
        except ExpressionError as error:
            column = error.where.column if error.where and error.where.column else 1
            where = self.document.location_inside(self.path, column)
            raise ExpressionError(
                error.message, code=error.code, hint=error.hint, where=where
            ) from error
        return expression

    # --- failing ---

    def _language(self, language: str) -> str:
        if not self.has(language):
            other = {"zh": Text(zh="中文", en="Chinese"), "en": Text(zh="英文", en="English")}
            name = other[language]
            raise self.error(
                Text(
                    zh=f"缺少{name.zh}（`{language}`）",
                    en=f"the {name.en} (`{language}`) is missing",
                ),
                hint=Text(
                    zh="用户看到的文字须中英文并列",
                    en="everything users read stands in Chinese and English",
                ),
                code="ruleset_language_missing",
            )
        return self.at(language).string()

    def _expect(self, kind: type, what: Expected) -> None:
        if not isinstance(self.value, kind):
            raise self._wrong(what)

    def _wrong(self, what: Expected) -> RulesetError:
        found = self._found()
        return self.error(
            Text(
                zh=f"应为{what.name.zh}，实为{found.zh}",
                en=f"expected {what.name.en}, found {found.en}",
            ),
            hint=what.hint,
            code="ruleset_wrong_type",
        )

    def _found(self) -> Text:
        match self.value:
            case dict():
                return Text(zh="键值对", en="a mapping")
            case list():
                return Text(zh="列表", en="a list")
            case None:
                return Text(zh="空值", en="nothing")
            case bool():
                word = str(self.value).lower()
                return Text(zh=f" {word}", en=word)
            case str():
                return Text(zh=f"文字 `{self.value[:60]}`", en=f"the text `{self.value[:60]}`")
        return Text(zh=f" `{self.value}`", en=f"`{self.value}`")
