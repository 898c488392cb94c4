"""Which plugins are installed, and which of them the settings enable."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points

from fanzha.errors import PluginError
from fanzha.model.text import Text
from fanzha.plugins.contributions import PluginIdentity

ENTRY_POINT_GROUP = "fanzha"


def installed() -> tuple[EntryPoint, ...]:
    """Return the entry points of the group `fanzha` in all installed distributions, by name."""
    found = entry_points(group=ENTRY_POINT_GROUP)
    return tuple(sorted(found, key=lambda each: (each.name, identity(each).origin)))


def identity(entry_point: EntryPoint) -> PluginIdentity:
    """Return name, version and distribution of a plugin, without importing it."""
    distribution = entry_point.dist
    return PluginIdentity(
        name=entry_point.name,
        version=distribution.version if distribution else "",
        origin=distribution.name if distribution else "",
    )


def select(
    enabled: Sequence[str], found: Sequence[EntryPoint]
) -> tuple[list[EntryPoint], list[PluginError]]:
    """Return the enabled ones by name, and an error for each name that stands for no one plugin."""
    selected: list[EntryPoint] = []
    errors: list[PluginError] = []
    for name, times in sorted(Counter(enabled).items()):
        named = [each for each in found if each.name == name]
        if times > 1:
            errors.append(_enabled_twice(name))
        elif not named:
            errors.append(_not_installed(name, found))
        elif len(named) > 1:
            errors.append(_ambiguous(name, (identity(each).origin for each in named)))
        else:
            selected.append(named[0])
    return selected, errors


def _enabled_twice(name: str) -> PluginError:
    return PluginError(
        Text(zh=f"插件 `{name}` 被启用了两次", en=f"plugin `{name}` is enabled twice"),
        hint=Text(zh="请在 FANZHA_PLUGINS 中只写一次", en="name it once in FANZHA_PLUGINS"),
    )


def _not_installed(name: str, found: Sequence[EntryPoint]) -> PluginError:
    names = sorted({each.name for each in found})
    near = difflib.get_close_matches(name, names, n=1)
    listed = near or names
    return PluginError(
        Text(
            zh=f"插件 `{name}` 已启用但未安装",
            en=f"plugin `{name}` is enabled but not installed",
        ),
        hint=Text(
            zh="请安装提供它的发行包，或从 FANZHA_PLUGINS 中删除；"
            + ("是否应为：" if near else "已安装：")
            + ("、".join(listed) or "无"),
            en="install the distribution that brings it or take it out of FANZHA_PLUGINS; "
            + ("did you mean: " if near else "installed: ")
            + (", ".join(listed) or "none"),
        ),
    )


def _ambiguous(name: str, origins: Iterable[str]) -> PluginError:
    listed = sorted(origins)
    return PluginError(
        Text(
            zh=f"插件名 `{name}` 由多个发行包提供：" + "、".join(listed),
            en=f"plugin `{name}` comes from several distributions: " + ", ".join(listed),
        ),
        hint=Text(zh="请只保留其中一个发行包", en="uninstall all of them but one"),
    )
