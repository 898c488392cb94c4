"""`fanzha plugins`: what is installed and enabled, new ones, and what one still lacks."""

from __future__ import annotations

from pathlib import Path

import click

from fanzha.application import open_application
from fanzha.cli import main
from fanzha.cli.failures import mistakes_are_findings
from fanzha.cli.output import console, json_option, plain, print_json, table
from fanzha.errors import raise_if_any
from fanzha.settings import Settings
from fanzha.usecases import catalogue
from fanzha.usecases.check_plugin import lacking, opened_target
from fanzha.usecases.new_plugin import new_distribution, new_plugin


@main.group()
def plugins() -> None:
    """插件 / plugins."""


@plugins.command("list")
@json_option
def list_plugins(as_json: bool) -> None:
    """列出已安装的插件，无论是否启用 / list the installed plugins, enabled or not."""
    application = open_application(Settings.from_environment(), records=False)
    try:
        rows = catalogue.plugins(application.rulebook)
    finally:
        application.close()
    if as_json:
        print_json({"plugins": rows})
        return
    listed = table(
        "插件 plugin",
        "版本 version",
        "发行包 origin",
        "接口 api",
        "状态 state",
        "钩子 hooks",
        "检查类型 check types",
        "义务 obligations",
    )
    listed.columns[4].no_wrap = True
    for row in rows:
        listed.add_row(
            row["name"],
            row["version"],
            row["origin"],
            str(row.get("api", "")),
            "已启用 enabled" if row["enabled"] else "未启用 not enabled",
            "\n".join(hook.removeprefix("fanzha_") for hook in row["hooks"]),
            str(len(row["check_types"])),
            str(len(row["obligations"])),
        )
    console().print(listed)


@plugins.command("new", short_help="建立新插件 / start a new plugin")
@click.argument("name")
@click.option(
    "--standalone",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="在 DIR 中建立单独的发行包 / make a distribution of its own in DIR",
)
@json_option
def start_plugin(name: str, folder: Path | None, as_json: bool) -> None:
    """从模板建立插件 NAME：检查类型、事实、两项义务、定义、派生函数、案例和测试。

    Start the plugin NAME from the template: a check type, facts, two obligations, a definition, a
    derived function, cases and tests. In the repository of fanzha it is laid beside the others.
    """
    written = new_distribution(name, folder) if folder else new_plugin(name, Path.cwd())
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        console().print(plain(str(path)))
    target = folder or name
    if folder is None:
        console().print("\npip install --editable .  → fanzha plugins check ", plain(name), sep="")
        return
    console().print("\n→ fanzha plugins check ", plain(str(target)), sep="")


@plugins.command("check", short_help="还缺少什么 / what is still lacking")
@click.argument("target", metavar="NAME|DIR")
@json_option
@click.pass_context
def check_plugin(ctx: click.Context, target: str, as_json: bool) -> None:
    """列出插件、发行包文件夹或规则文件夹在启用前还缺少什么。

    List what a plugin, the folder of a distribution or a folder of rules still lacks before it may
    be enabled: cases of each status, both languages, prefixes, pure functions and more.

    Exit code: 0 nothing; 1 something is lacking or wrong in its rules; 2 it cannot be loaded.
    """
    mistakes_are_findings(ctx)
    with opened_target(target, Settings.from_environment()) as (subject, settings):
        raise_if_any(lacking(subject, settings))
    if as_json:
        print_json({"name": subject.name, "lacking": []})
        return
    console().print("[bold green]✓[/] 可以启用 · may be enabled: ", plain(subject.name), sep="")
