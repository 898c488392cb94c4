"""`fanzha self-test`: judge the worked cases that stand beside the law."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import click
from rich.progress import Progress

from fanzha.application import open_application
from fanzha.cli import main
from fanzha.cli.junit import write_junit
from fanzha.cli.output import console, errors_console, json_option, language_option, print_json
from fanzha.cli.self_test_page import print_results
from fanzha.errors import EXIT_FOUND_SOMETHING
from fanzha.rulesets.folders import builtin_folder
from fanzha.settings import Settings
from fanzha.usecases.cases import SUFFIX, Case, folder_of_rules, read_cases
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.self_test import (
    CaseResult,
    report_of,
    run_cases,
    select_cases,
    select_cases_in,
)


@main.command("self-test", short_help="判断规则的案例 / judge the worked cases")
@click.argument("target", required=False, metavar="[DOMAIN|RULESET|PLUGIN|DIR]")
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="另写 JUnit XML / also write JUnit XML",
)
@language_option
@json_option
@click.pass_context
def self_test(
    ctx: click.Context,
    target: str | None,
    junit_file: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """判断规则旁的案例：全部，或一个领域、规范性文件、插件、文件夹的。

    Judge the worked cases beside the rules: all, or those of a domain (telecom), a ruleset
    (atofl), a plugin, or a folder. A folder of rules that is not loaded is loaded for it.

    Exit code: 0 all cases hold; 1 some fail; 2 the cases cannot be read or there are none.
    """
    folder = _folder(target)
    application = open_application(_settings(folder), records=False)
    try:
        rulebook = application.rulebook
        if folder is None:
            chosen = select_cases(read_cases(rulebook.folders), target, rulebook)
        else:
            cases = read_cases(rulebook.folders, _files_beside(rulebook, folder))
            chosen = select_cases_in(cases, folder)
        results = _run(chosen, rulebook)
        report = report_of(results, rulebook, target)
    finally:
        application.close()
    if junit_file is not None:
        write_junit(results, junit_file, language)
    if as_json:
        print_json(report)
    else:
        print_results(results, console(), language)
    if not report["passed"]:
        ctx.exit(EXIT_FOUND_SOMETHING)


def _run(cases: Sequence[Case], rulebook: Rulebook) -> list[CaseResult]:
    # On the other stream, so that an answer that is piped stays clean.
    shown = errors_console()
    with Progress(console=shown, transient=True, disable=not shown.is_terminal) as progress:
        return list(progress.track(run_cases(cases, rulebook), total=len(cases), description=""))


def _folder(target: str | None) -> Path | None:
    """Return the folder that is meant; a bare word means one only where it names nothing else."""
    if target is None or not Path(target).is_dir():
        return None
    is_path = len(Path(target).parts) > 1 or target in {".", ".."} or Path(target).is_absolute()
    return Path(target).resolve() if is_path or not _is_a_name(target) else None


def _is_a_name(target: str) -> bool:
    settings = Settings.from_environment()
    folders = (builtin_folder(), *settings.rulesets)
    return target in settings.plugins or any((each / target).is_dir() for each in folders)


def _files_beside(rulebook: Rulebook, folder: Path) -> dict[str, Path]:
    """Return the files of cases in a folder that lie in no folder of rules."""
    loaded = [each.path.resolve() for each in rulebook.folders]
    return {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob(f"*{SUFFIX}"))
        if not any(path.is_relative_to(each) for each in loaded)
    }


def _settings(folder: Path | None) -> Settings:
    """Return the environment's settings, with the folder of rules that is not part of them."""
    settings = Settings.from_environment()
    if folder is None:
        return settings
    root = folder_of_rules(folder)
    loaded = {builtin_folder().resolve(), *(each.resolve() for each in settings.rulesets)}
    if root is None or root in loaded:
        return settings
    return dataclasses.replace(settings, rulesets=(*settings.rulesets, root))
