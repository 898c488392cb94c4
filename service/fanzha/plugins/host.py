"""Loads the enabled plugins, or stops the start with a sentence that says which and why.

A law that is silently missing is the worst failure there is, so nothing is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pluggy

from fanzha.errors import PluginError, raise_if_any
from fanzha.model.text import Text
from fanzha.plugins import discovery, hookspecs
from fanzha.plugins.contributions import Contribution, DerivedFunction, Domain, PluginIdentity
from fanzha.plugins.module_contract import HOOK_NAMES, api_of, breaches, implemented_hooks
from fanzha.plugins.value_contract import breaches_of_value


@dataclass(frozen=True, slots=True)
class LoadedPlugins:
    """What all enabled plugins bring together, frozen; sorted by the plugins' names."""

    identities: tuple[PluginIdentity, ...]
    not_enabled: tuple[PluginIdentity, ...]
    """Installed, but not named in the settings."""
    hooks: Mapping[str, tuple[str, ...]]
    """Plugin name -> the hooks that it implements."""
    domains: tuple[Contribution[Domain], ...]
    functions: Mapping[str, Contribution[DerivedFunction]]
    rulesets: tuple[Contribution[Path], ...]
    apis: Mapping[str, int] = field(default_factory=dict)
    """Plugin name -> the version of the plugin API that it was written for."""

    def prefix_of(self, plugin: str) -> str | None:
        """Return the prefix of a plugin's domain; None for a plugin without one."""
        return next(
            (each.value.prefix for each in self.domains if each.plugin.name == plugin), None
        )


Trace = Callable[[str], None]
"""Told every call of a hook, in one line."""


def load_plugins(
    enabled: Sequence[str],
    *,
    reserved_functions: Collection[str] = (),
    trace: Trace | None = None,
) -> LoadedPlugins:
    """Import, validate and register the enabled plugins, and collect what they bring.

    `reserved_functions` are the names that the service itself has. Raises Problems with a
    PluginError for everything that is wrong, after all plugins have been looked at.
    """
    found = discovery.installed()
    selected, errors = discovery.select(enabled, found)
    modules: dict[str, Any] = {}
    for entry_point in selected:
        module, mistakes = _import(entry_point)
        errors += mistakes
        modules[entry_point.name] = module
    raise_if_any(errors)

    manager = _manager(modules)
    results, errors = _collect(manager, trace or _untold)
    raise_if_any(errors)

    identities = {each.name: discovery.identity(each) for each in selected}
    domains = tuple(
        Contribution(identities[plugin], domain)
        for plugin, domain in results["fanzha_domain"]
        if domain is not None
    )
    functions = [
        (name, Contribution(identities[plugin], function))
        for plugin, offered in results["fanzha_derived_functions"]
        for name, function in offered.items()
    ]
    rulesets = tuple(
        Contribution(identities[plugin], path)
        for plugin, paths in results["fanzha_rulesets"]
        for path in paths
    )
    raise_if_any(
        [
            *_clashes("domain", "领域", ((each.value.name, each) for each in domains)),
            *_clashes("prefix", "前缀", ((each.value.prefix, each) for each in domains)),
            *_clashes("function", "函数", functions),
            *_reserved(functions, reserved_functions),
            *_unprefixed(functions, {each.plugin.name: each.value.prefix for each in domains}),
            *_clashes(
                "folder of rules",
                "规则文件夹",
                ((str(each.value.resolve()), each) for each in rulesets),
            ),
        ]
    )
    return LoadedPlugins(
        identities=tuple(identities.values()),
        not_enabled=tuple(
            discovery.identity(each) for each in found if each.name not in identities
        ),
        hooks=MappingProxyType(
            {name: implemented_hooks(module) for name, module in modules.items()}
        ),
        domains=domains,
        functions=MappingProxyType(dict(functions)),
        rulesets=rulesets,
        apis=MappingProxyType({name: api_of(module) for name, module in modules.items()}),
    )


def _untold(_: str) -> None:
    """Tell nobody."""


def _import(entry_point: EntryPoint) -> tuple[Any, list[PluginError]]:
    try:
        module = entry_point.load()
    # Whatever a stranger's module raises while it is imported, the start must name it; `exit()`
    # there would end the process without a word.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return None, [_failed(entry_point.name, "导入时", "when it is imported", error)]
    return module, list(breaches(entry_point.name, module))


def _manager(modules: Mapping[str, Any]) -> pluggy.PluginManager:
    # Built here, not at import time: two applications in one process share no plugins.
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    for name, module in modules.items():
        manager.register(module, name=name)
    # INVARIANT: passes for every module that kept the contract; pluggy has the last word.
    manager.check_pending()
    return manager


def _collect(
    manager: pluggy.PluginManager, trace: Trace
) -> tuple[dict[str, list[tuple[str, Any]]], list[PluginError]]:
    """Call each implementation by itself, so that a result or failure has its plugin's name."""
    results: dict[str, list[tuple[str, Any]]] = {}
    errors: list[PluginError] = []
    for hook in HOOK_NAMES:
        results[hook] = []
        implementations = getattr(manager.hook, hook).get_hookimpls()
        for each in sorted(implementations, key=lambda each: each.plugin_name):
            try:
                value = each.function()
                trace(f"{hook} of {each.plugin_name}: {value!r}")
            # A stranger's code again; see above.
            except (Exception, SystemExit) as error:  # noqa: BLE001
                trace(f"{hook} of {each.plugin_name} raised {error!r}")
                errors.append(_failed(each.plugin_name, f"{hook} 中", f"in {hook}", error))
                continue
            errors += breaches_of_value(each.plugin_name, hook, value)
            results[hook].append((each.plugin_name, value))
    return results, errors


def _failed(plugin: str, when_zh: str, when_en: str, error: BaseException) -> PluginError:
    cause = f"{type(error).__name__}: {error}"
    failure = PluginError(
        Text(
            zh=f"插件 `{plugin}` 在{when_zh}出错：{cause}",
            en=f"plugin `{plugin}` fails {when_en}: {cause}",
        ),
        hint=Text(
            zh="请修复插件，或从 FANZHA_PLUGINS 中删除",
            en="repair the plugin or take it out of FANZHA_PLUGINS",
        ),
    )
    failure.__cause__ = error
    return failure


def _clashes(
    what: str, what_zh: str, named: Iterable[tuple[str, Contribution[Any]]]
) -> Iterator[PluginError]:
    owners: dict[str, list[str]] = {}
    for name, contribution in named:
        owners.setdefault(name, []).append(contribution.plugin.name)
    for name, plugins in owners.items():
        if len(plugins) > 1:
            listed = [f"`{plugin}`" for plugin in plugins]
            yield PluginError(
                Text(
                    zh="插件 " + "、".join(listed) + f" 提供了同一{what_zh} `{name}`",
                    en="plugins " + " and ".join(listed) + f" bring the same {what} `{name}`",
                ),
                hint=Text(
                    zh="请改名，或从 FANZHA_PLUGINS 中删除其一",
                    en="rename it in one of them or take one out of FANZHA_PLUGINS",
                ),
            )


def _reserved(
    functions: Iterable[tuple[str, Contribution[DerivedFunction]]], reserved: Collection[str]
) -> Iterator[PluginError]:
    for name, contribution in functions:
        if name in reserved:
            plugin = contribution.plugin.name
            yield PluginError(
                Text(
                    zh=f"插件 `{plugin}` 重新定义了服务自带的函数 `{name}`",
                    en=f"plugin `{plugin}` redefines the service's own function `{name}`",
                ),
                hint=Text(zh="请换一个函数名", en="give the function another name"),
            )


def _unprefixed(
    functions: Iterable[tuple[str, Contribution[DerivedFunction]]], prefixes: Mapping[str, str]
) -> Iterator[PluginError]:
    for name, contribution in functions:
        plugin = contribution.plugin.name
        start = f"{prefixes.get(plugin, '')}_"
        if plugin in prefixes and not name.startswith(start):
            yield PluginError(
                Text(
                    zh=f"插件 `{plugin}` 的函数 `{name}` 没有以其前缀 `{start}` 开头",
                    en=f"function `{name}` of plugin `{plugin}` does not begin with its prefix "
                    f"`{start}`",
                ),
                hint=Text(zh=f"请改名为 `{start}{name}`", en=f"rename it `{start}{name}`"),
            )
