"""Every command is helped for in Chinese and English, and has a test that runs it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from fanzha.cli import main
from tests.cli.conftest import Run

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("[a-z]{3}")


def _commands(
    group: click.Group = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


ALL = dict(_commands())
LEAVES = [path for path, command in ALL.items() if not isinstance(command, click.Group)]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_is_there_in_both_languages(run: Run, path: tuple[str, ...]) -> None:
    shown = run(*path, "--help")
    assert shown.exit_code == 0
    told, _, options = shown.stdout.partition("Options:")
    for text in (told, ALL[path].get_short_help_str(limit=200)):
        assert CHINESE.search(text), text
        assert ENGLISH.search(text), text
    assert "--help" in options


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_option_is_explained_in_both_languages(path: tuple[str, ...]) -> None:
    for parameter in ALL[path].params:
        if isinstance(parameter, click.Option):
            assert CHINESE.search(parameter.help or ""), parameter.name
            assert ENGLISH.search(parameter.help or ""), parameter.name


def test_the_program_says_what_it_is_for_and_its_exit_codes(run: Run) -> None:
    shown = run("--help").stdout
    assert "反诈" in shown
    assert "Exit code: 0 nothing found, 1 something found, 2 wrong call or input" in shown
    assert re.fullmatch(r"fanzha \d+\.\d+\.\d+\n", run("--version").stdout)


def _calls() -> Iterator[tuple[str, ...]]:
    """Yield the words that tests hand to `run`, `registered` and `process`."""
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id in {"run", "registered", "process"}:
                words = [each.value for each in node.args if isinstance(each, ast.Constant)]
                yield tuple(str(each) for each in words)


def test_every_command_is_run_by_a_test() -> None:
    called = set(_calls())
    not_run = [path for path in LEAVES if not any(words[: len(path)] == path for words in called)]
    assert not_run == []
