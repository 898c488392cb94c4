"""Reads the pages of documentation: their blocks of code, their links, their commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

PAGES = sorted(
    [
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "docs").rglob("*.md"),
        *(REPOSITORY / "plugins").glob("*/*.md"),
        *(REPOSITORY / "examples").rglob("*.md"),
    ]
)

SHELL = {"sh", "shell", "bash", "console"}

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[\w-]*) *$")
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_ASSIGNMENT = re.compile(r"[A-Z][A-Z_]*=.*\Z", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block of code of a page."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """Where it stands, for messages and ids."""
        return f"{named(self.page)}:{self.line}"

    @property
    def file(self) -> str | None:
        """The file that it shows, where its first line is a comment that names one."""
        match = re.match(r"(?:#|//) (\S+\.\w+)\n", self.text)
        return match[1] if match else None


@dataclass(frozen=True)
class Command:
    """One command of a shell block, with the output that the page shows for it."""

    block: Block
    line: str
    output: tuple[str, ...]

    @property
    def place(self) -> str:
        """The page and the command, for messages and ids."""
        return f"{self.block.place} {self.line[:60]}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that are set before the command."""
        parts = [word.partition("=") for word in self._words if _ASSIGNMENT.match(word)]
        return {name: value for name, _, value in parts}

    @property
    def words(self) -> list[str]:
        """The command and its arguments."""
        return [word for word in self._words if not _ASSIGNMENT.match(word)]

    @property
    def posted(self) -> Path | None:
        """The file of the repository that `curl -d @file` posts."""
        for word in self.words:
            if self.words[0] == "curl" and word.startswith("@"):
                return REPOSITORY / word[1:]
        return None

    @property
    def _words(self) -> list[str]:
        return shlex.split(self.line, comments=True)


def named(page: Path) -> str:
    """Return a page's path in the repository."""
    return page.relative_to(REPOSITORY).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of code of a page, without the indentation of the list they stand in."""
    lines = page.read_text("utf-8").splitlines()
    position = 0
    while position < len(lines):
        opening = _FENCE.match(lines[position])
        position += 1
        if opening is None:
            continue
        first, indent = position, len(opening["indent"])
        while lines[position].strip() != "```":
            position += 1
        text = "\n".join(line[indent:] for line in lines[first:position]) + "\n"
        yield Block(page, first, opening["language"], text)
        position += 1


def links(page: Path) -> Iterator[str]:
    """Yield what a page links to, outside its code."""
    text = page.read_text("utf-8")
    for block in blocks(page):
        text = text.replace(block.text, "")
    for match in _LINK.finditer(_INLINE_CODE.sub("", text)):
        yield match["target"]


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, formed as the usual viewers form them."""
    text = page.read_text("utf-8")
    for block in blocks(page):
        text = text.replace(block.text, "")
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


def commands(page: Path) -> Iterator[Command]:
    """Yield the commands of a page."""
    for block in blocks(page):
        if block.language in SHELL:
            yield from commands_in(block)


def commands_in(block: Block) -> Iterator[Command]:
    """Yield the commands of a block: each line of `sh`, each `$` line of `console`."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language != "console":
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield Command(block, line, ())
        return
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield Command(block, lines[start][2:], tuple(lines[start + 1 : end]))
