"""The commands of a page work in the order in which it tells them, with the output it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from fanzha import settings
from fanzha.cli import main
from tests.docs.pages import PAGES, REPOSITORY, Command, blocks, commands, named
from tests.docs.visitor import Visitor

WITH_COMMANDS = [page for page in PAGES if any(commands(page))]
KNOWN = {"make", "fanzha", "pytest", "curl", "export"}
VARIABLES = {"KEY", *(setting.variable for setting in settings.ALL)}
# What prepares a machine, and what starts something that does not end: known, and not run here.
NOT_RUN = [
    re.compile(r"\. \.venv/bin/activate"),
    re.compile(r"pip install --editable [\w-]+"),
    re.compile(r"gunicorn .*"),
    re.compile(r"\S*/?python -m (venv|pip) .*"),
]
LEAVES_WITH = {0, 1}
"""Nothing found, something found. A page never shows a wrong call but as an error's output."""


class Walk:
    """A reader who does what a page says, in a folder of their own that looks like this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path in REPOSITORY.iterdir():
            if not path.name.startswith(".") and path.name != "var":
                (folder / path.name).symlink_to(path)
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PYTHONPATH": str(folder / "installed"),
            "LANG": "en",
            "COLUMNS": "200",
        }
        self.visitor = Visitor(folder)

    def write(self, name: str, text: str) -> None:
        """Write a file that the page shows; a project's entry points are installed at once."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # JSON has no comments: the line that names the file is none of it.
        lines = text.splitlines(keepends=True)
        path.write_text("".join(lines[1:] if text.startswith("//") else lines), encoding="utf-8")
        if path.name == "pyproject.toml":
            self._install(path)

    def _install(self, project: Path) -> None:
        """Do what `pip install --editable` does, without a network."""
        declared = tomllib.loads(project.read_text("utf-8"))["project"]
        site = self.folder / "installed"
        name = declared["name"].replace("-", "_")
        metadata = site / f"{name}-{declared['version']}.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {declared['name']}\nVersion: {declared['version']}\n"
        )
        lines = [
            f"{plugin} = {module}" for plugin, module in declared["entry-points"]["fanzha"].items()
        ]
        (metadata / "entry_points.txt").write_text("\n".join(["[fanzha]", *lines]) + "\n")
        for module in declared["entry-points"]["fanzha"].values():
            (site / module).symlink_to(project.parent / module)

    def run(self, command: Command) -> None:
        """Do what one line says, or find out that it could not be done."""
        if any(each.fullmatch(command.line) for each in NOT_RUN):
            return
        program, *arguments = command.words or ["set"]
        assert program in KNOWN, f"{command.place}: nobody knows what this does"
        match program:
            case "export":
                assert command.environment.keys() <= VARIABLES, command.place
                self.environment |= command.environment
            case "curl":
                self.visitor.ask(command)
            case "make":
                self.make(command, arguments)
            case "fanzha" if arguments[0] == "serve":
                # Runs until it is stopped; that its arguments are right can be seen at once.
                main.commands["serve"].make_context("serve", arguments[1:])
            case "fanzha":
                self.process(command, [sys.executable, "-m", "fanzha", *arguments], self.folder)
            case "pytest":
                options = ["-p", "no:cacheprovider", *arguments]
                ours = any((REPOSITORY / each).is_dir() for each in arguments)
                folder = REPOSITORY if ours else self.folder
                self.process(command, [sys.executable, "-m", "pytest", *options], folder)

    def make(self, command: Command, targets: Sequence[str]) -> None:
        makefile = (REPOSITORY / "Makefile").read_text("utf-8")
        for target in targets:
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), command.place
        if targets == ["help"]:
            self.process(command, ["make", "--no-print-directory", "help"], REPOSITORY)

    def process(self, command: Command, arguments: Sequence[str], folder: Path) -> None:
        done = subprocess.run(
            arguments,
            cwd=folder,
            env={**self.environment, **command.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        told = done.stdout + done.stderr
        stops = any("错误 error" in line for line in command.output)
        assert done.returncode in LEAVES_WITH or stops, f"{command.place}:\n{told}"
        assert missing_lines(command.output, told) == [], f"{command.place}:\n{told}"


def missing_lines(shown: Sequence[str], told: str) -> list[str]:
    """Return the lines that a page shows and the command did not tell in this order.

    A line of `…` stands for any number of lines, and so does leaving lines out.
    """
    left = iter([_plain(line) for line in told.splitlines()])
    return [line for line in shown if _plain(line) not in {"…", ""} and _plain(line) not in left]


def _plain(line: str) -> str:
    # Ids differ each time, and so do seconds.
    line = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", "<id>", line)
    line = re.sub(r"\bin \d+\.\d+s\b", "in <time>", line)
    line = re.sub(r"\b\d+ deselected", "<others> deselected", line)
    return re.sub(r"\s+", " ", line).strip()


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=named)
def test_a_page_can_be_walked(page: Path, tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    for block in blocks(page):
        if block.file and not (REPOSITORY / block.file.split("/")[0]).exists():
            walk.write(block.file, block.text)
    try:
        for command in commands(page):
            walk.run(command)
    finally:
        walk.visitor.leave()


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        (["one", "three"], []),
        (["one", "…", "three"], []),
        (["  two  words "], []),
        (["three", "one"], ["one"]),
        (["four"], ["four"]),
    ],
)
def test_output_is_compared_line_by_line_and_in_order(shown: list[str], missing: list[str]) -> None:
    assert missing_lines(shown, "one\ntwo words\nthree\n") == missing
