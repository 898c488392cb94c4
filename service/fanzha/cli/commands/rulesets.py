"""`fanzha rulesets`: check rule files, and list what is loaded."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import click

from fanzha.application import open_application
from fanzha.cli import main
from fanzha.cli.failures import mistakes_are_findings
from fanzha.cli.output import (
    console,
    in_language,
    json_option,
    language_option,
    print_json,
    table,
)
from fanzha.model.law import Law
from fanzha.settings import Settings
from fanzha.usecases.cases import Case, read_cases

_COUNTED = (
    ("instruments", "规范性文件"),
    ("obligations", "义务"),
    ("definitions", "定义"),
    ("liabilities", "法律责任"),
    ("parameters", "参数"),
    ("facts", "事实"),
    ("check_types", "检查类型"),
)


@main.group()
def rulesets() -> None:
    """规则文件 / rule files."""


@rulesets.command("check", short_help="检查规则文件 / check the rule files")
@click.argument(
    "folders",
    nargs=-1,
    metavar="[DIR]…",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
)
@json_option
@click.pass_context
def check_rulesets(ctx: click.Context, folders: tuple[Path, ...], as_json: bool) -> None:
    """检查自带规则、插件规则和 DIR 中的规则，一次列出全部错误。

    Check the built-in rules, those of the plugins and those in each DIR; list every mistake.
    """
    mistakes_are_findings(ctx)
    law, cases = _law(folders)
    counts = {word: len(getattr(law, word)) for word, _ in _COUNTED}
    counts["cases"] = len(cases)
    if as_json:
        print_json({"valid": True, "counts": counts})
        return
    console().print("[bold green]✓[/] 规则文件无误 · the rule files are valid")
    for word, zh in (*_COUNTED, ("cases", "案例")):
        console().print(f"  {counts[word]:>5}  {zh} {word.replace('_', ' ')}")


@rulesets.command("list")
@language_option
@json_option
def list_rulesets(language: str, as_json: bool) -> None:
    """列出已加载的规范性文件和规则包 / list the instruments and bundles that are loaded."""
    law, _ = _law(())
    obligations = Counter(each.instrument for each in law.obligations.values())
    bundles = [
        {"name": each.name, "digest": each.digest, "files": len(each.files)} for each in law.bundles
    ]
    instruments = [
        {
            "key": each.key,
            "abbreviation": each.abbreviation,
            "title": each.title.as_json(),
            "rank": each.rank,
            "in_force": each.in_force.as_json(),
            "obligations": obligations[each.key],
        }
        for each in sorted(law.instruments.values(), key=lambda each: each.key)
    ]
    if as_json:
        print_json({"bundles": bundles, "instruments": instruments})
        return
    listed = table("简称 short", "名称 title", "施行 in force", "义务 obligations")
    for row in instruments:
        period = row["in_force"]
        listed.add_row(
            str(row["abbreviation"]),
            in_language(row["title"], language),
            f"{period['from']} – {period['to'] or ''}".rstrip(),  # type: ignore[index]
            str(row["obligations"]),
        )
    console().print(listed)
    for bundle in bundles:
        console().print(f"{bundle['name']}  {bundle['digest']}", style="dim")


def _law(more: tuple[Path, ...]) -> tuple[Law, list[Case]]:
    settings = Settings.from_environment()
    # A folder that the settings name already is not a second one.
    folders = dict.fromkeys(each.resolve() for each in (*settings.rulesets, *more))
    settings = dataclasses.replace(settings, rulesets=tuple(folders))
    application = open_application(settings, records=False)
    try:
        return application.law, read_cases(application.rulebook.folders)
    finally:
        application.close()
