"""`fanzha plugins`: what is installed and enabled."""

from __future__ import annotations

from fanzha.cli import main
from fanzha.cli.output import console, json_option, print_json, table
from fanzha.plugins.host import load_plugins
from fanzha.settings import Settings


@main.group()
def plugins() -> None:
    """插件 / plugins."""


@plugins.command("list")
@json_option
def list_plugins(as_json: bool) -> None:
    """列出已安装的插件，无论是否启用 / list the installed plugins, enabled or not."""
    loaded = load_plugins(Settings.from_environment().plugins)
    rows = [
        {
            "name": each.name,
            "version": each.version,
            "origin": each.origin,
            "state": state,
            "hooks": list(loaded.hooks.get(each.name, ())),
        }
        for state, group in (
            ("enabled", loaded.identities),
            ("not_enabled", loaded.not_enabled),
        )
        for each in group
    ]
    if as_json:
        print_json({"plugins": rows})
        return
    listed = table("插件 plugin", "版本 version", "发行包 origin", "状态 state", "钩子 hooks")
    listed.columns[3].no_wrap = True
    for row in rows:
        state = "已启用 enabled" if row["state"] == "enabled" else "未启用 not enabled"
        listed.add_row(
            str(row["name"]),
            str(row["version"]),
            str(row["origin"]),
            state,
            "\n".join(hook.removeprefix("fanzha_") for hook in row["hooks"]),
        )
    console().print(listed)
