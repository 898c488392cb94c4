"""A page in one language: indented lines, labels, and facts as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text as Plain

from fanzha.cli.output import in_language
from fanzha.model.text import Text

Json = Mapping[str, Any]
Part = str | tuple[str, str]
"""Some text, or some text with its style."""

_FEN_PER_YUAN = 100
_YUAN = Text(zh="元", en="yuan")
_SINCE = Text(zh="自 {} 起", en="from {}")
_TRUTHS: Mapping[bool | None, tuple[str, Text]] = {
    True: ("green", Text(zh="成立", en="true")),
    False: ("red", Text(zh="不成立", en="false")),
    None: ("yellow", Text(zh="未知", en="unknown")),
}
_JUDGMENT = Text(zh="须由人判断", en="a person must judge")


class Page:
    """Prints lines of one language to a console."""

    def __init__(self, console: Console, language: str) -> None:
        self._console = console
        self.language = language

    def line(self, depth: int, *parts: Part, style: str = "") -> None:
        """Print the parts as one line, indented by so many steps."""
        self._console.print(Plain.assemble("  " * depth, *parts, style=style))

    def detail(self, depth: int, label: Text, *parts: Part) -> None:
        """Print a line that starts with a faint label."""
        self.line(depth, (f"{self.say(label)}  ", "dim"), *parts)

    def gap(self) -> None:
        """Print an empty line."""
        self._console.print()

    def say(self, value: Any) -> str:
        """Return a text of an answer (`{zh, en}`, a Text, or one word) in the page's language."""
        return in_language(value, self.language)

    def fact(self, fact: Json) -> str:
        """Return the title of a fact with the name that is posted."""
        judgment = f", {self.say(_JUDGMENT)}" if fact.get("judgment") else ""
        return f"{self.say(fact['title'])} ({fact['fact']}{judgment})"

    def facts(self, facts: list[Json]) -> str:
        """Return several facts, each as above."""
        return " + ".join(self.fact(each) for each in facts)

    def joined(self, words: Iterable[str]) -> str:
        """Return the words with the comma of the page's language between them."""
        return ("、" if self.language == "zh" else ", ").join(words)

    def period(self, in_force: Json) -> str:
        """Return from when, and up to when if that is known, something is in force."""
        if in_force["to"] is None:
            return self.say(_SINCE).format(in_force["from"])
        return f"{in_force['from']} – {in_force['to']}"

    def truth(self, truth: bool | None) -> tuple[str, str]:
        """Return the truth of a condition with its style."""
        style, word = _TRUTHS[truth]
        return self.say(word), style

    def yuan(self, fen: int) -> str:
        """Return an amount of fen in yuan, with its unit."""
        yuan, rest = divmod(fen, _FEN_PER_YUAN)
        amount = f"{yuan:,}.{rest:02}" if rest else f"{yuan:,}"
        return f"{amount} {self.say(_YUAN)}"


def numbered(parameter: Json) -> str:
    """Return a parameter with its value, as conditions name it."""
    return f"${parameter['id']} = {plainly(parameter['value'])} {parameter['unit']}"


def plainly(value: Any) -> str:
    """Return a value of a fact as it is posted."""
    return str(value).lower() if isinstance(value, bool) else str(value)
