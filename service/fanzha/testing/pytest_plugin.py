"""Collects worked cases, `*.cases.yaml`, as tests of pytest in anybody's repository.

Installed with fanzha, and idle where no such file is collected. The law is the one of the
environment's settings, with the folder of rules that a file lies in where that is not part of it.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# Nothing else of fanzha up here: pytest loads this in every run, also where there are no cases.
if TYPE_CHECKING:
    from fanzha.usecases.cases import Case
    from fanzha.usecases.rulebook import Rulebook

SUFFIX = ".cases.yaml"

_RULEBOOKS = pytest.StashKey[dict[Path | None, "Rulebook"]]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CasesFile | None:
    """Take files of worked cases, and no others."""
    if not file_path.name.endswith(SUFFIX):
        return None
    return CasesFile.from_parent(parent, path=file_path)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give back the memory of every law that was opened."""
    for rulebook in config.stash.get(_RULEBOOKS, {}).values():
        rulebook.close()


class CasesFile(pytest.File):
    """One file of worked cases."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield its cases; raise CollectError where the law or the file cannot be read."""
        from fanzha.errors import FanzhaError
        from fanzha.usecases.cases import read_cases

        path = self.path.resolve()
        try:
            rulebook = _rulebook(self.config, path)
            is_read = any(path.is_relative_to(each.path.resolve()) for each in rulebook.folders)
            shown = os.path.relpath(path, self.config.rootpath)
            cases = read_cases(rulebook.folders, {} if is_read else {shown: path})
        except FanzhaError as error:
            raise self.CollectError(str(error)) from error
        for case in cases:
            if case.file.resolve() == path:
                yield CaseItem.from_parent(self, name=case.id, case=case, rulebook=rulebook)


class CaseItem(pytest.Item):
    """One worked case."""

    def __init__(self, *, case: Case, rulebook: Rulebook, **more: Any) -> None:
        super().__init__(**more)
        self._case = case
        self._rulebook = rulebook

    def runtest(self) -> None:
        """Judge the case; raise CaseFails where it does not hold."""
        from fanzha.usecases.self_test import run_case

        result = run_case(self._case, self._rulebook)
        if not result.passed:
            raise CaseFails("\n".join(self._told(each.message) for each in result.failures))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Tell a case that does not hold by its own words: a traceback would say nothing."""
        if not isinstance(excinfo.value, CaseFails):
            return super().repr_failure(excinfo, style)
        head = f"{self._case.place}: {self._told(self._case.title)}"
        return "\n".join([head, self._told(self._case.why), str(excinfo.value)])

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Say where the case stands."""
        line = int(self._case.place.rsplit(":", 2)[-2])
        return self.path, line - 1, self.name

    @staticmethod
    def _told(text: Any) -> str:
        return f"{text.zh} · {text.en}"


class CaseFails(Exception):
    """A worked case that does not hold."""


def _rulebook(config: pytest.Config, file: Path) -> Rulebook:
    from fanzha.rulesets.folders import builtin_folder
    from fanzha.settings import Settings
    from fanzha.usecases.cases import folder_of_rules
    from fanzha.usecases.rulebook import open_rulebook

    settings = Settings.from_environment()
    folder = folder_of_rules(file.parent)
    known = {builtin_folder().resolve(), *(path.resolve() for path in settings.rulesets)}
    if folder in known:
        folder = None
    opened = config.stash.setdefault(_RULEBOOKS, {})
    if folder not in opened:
        if folder is not None:
            settings = dataclasses.replace(settings, rulesets=(*settings.rulesets, folder))
        opened[folder] = open_rulebook(settings)
    return opened[folder]
