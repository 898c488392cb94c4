"""What a plugin module must look like, checked before it is registered.

pluggy accepts a misspelt or unmarked hook in silence and leaves a plugin listed whose
registration failed, so everything that can be seen from outside is looked at first.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from fanzha.errors import PluginError
from fanzha.model.text import Text
from fanzha.plugins import hookspecs
from fanzha.plugins.contributions import API_VERSION

API_NAME = "FANZHA_API"
HOOK_NAMES = tuple(
    sorted(name for name in vars(hookspecs) if name.startswith(f"{hookspecs.PROJECT}_"))
)
_MARK = f"{hookspecs.PROJECT}_impl"
_OPTIONS_THAT_CHANGE_CALLS = ("wrapper", "hookwrapper", "optionalhook", "specname")


def api_of(module: object) -> int:
    """Return the version of the plugin API that a module was written for; the first by default."""
    version: int = getattr(module, API_NAME, 1)
    return version


def implemented_hooks(module: object) -> tuple[str, ...]:
    """Return the names of the hooks that a module which kept the contract implements."""
    return tuple(name for name in HOOK_NAMES if _is_marked(getattr(module, name, None)))


def breaches(plugin: str, module: object) -> Iterator[PluginError]:
    """Yield an error for everything in the module that breaks the contract of plugins."""
    if not isinstance(module, ModuleType):
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}` 的入口点不是模块，而是 {type(module).__name__}",
                en=f"the entry point of plugin `{plugin}` is no module but a "
                f"{type(module).__name__}",
            ),
            hint=Text(
                zh=f"请在入口点写模块名，如 `{plugin} = fanzha_{plugin}`",
                en=f"name a module in the entry point, such as `{plugin} = fanzha_{plugin}`",
            ),
        )
        return
    yield from _breaches_of_api(plugin, getattr(module, API_NAME, 1))
    found = False
    for name, value in sorted(vars(module).items()):
        if _is_marked(value) or (name.startswith(f"{hookspecs.PROJECT}_") and callable(value)):
            found = True
            yield from _breaches_of_hook(plugin, name, value)
    if not found:
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}` 没有实现任何钩子",
                en=f"plugin `{plugin}` implements no hook",
            ),
            hint=Text(
                zh="请至少实现一个钩子：" + "、".join(HOOK_NAMES),
                en="implement at least one of " + ", ".join(HOOK_NAMES),
            ),
        )


def _breaches_of_api(plugin: str, version: object) -> Iterator[PluginError]:
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}` 的 {API_NAME} 不是版本号：{version!r}",
                en=f"{API_NAME} of plugin `{plugin}` is no version: {version!r}",
            ),
            hint=Text(
                zh=f"请写 {API_NAME} = {API_VERSION}", en=f"write {API_NAME} = {API_VERSION}"
            ),
        )
    elif version > API_VERSION:
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}` 为插件接口第 {version} 版编写，本服务为第 {API_VERSION} 版",
                en=f"plugin `{plugin}` was written for version {version} of the plugin API, and "
                f"this service has version {API_VERSION}",
            ),
            hint=Text(
                zh="请升级服务，或安装该插件的较早版本",
                en="upgrade the service, or install an earlier version of the plugin",
            ),
        )


def _breaches_of_hook(plugin: str, name: str, value: Any) -> Iterator[PluginError]:
    if name not in HOOK_NAMES:
        near = difflib.get_close_matches(name, HOOK_NAMES, n=1, cutoff=0.6)
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}`：没有名为 `{name}` 的钩子",
                en=f"plugin `{plugin}`: there is no hook `{name}`",
            ),
            hint=Text(zh=f"是否应为 `{near[0]}`", en=f"did you mean `{near[0]}`")
            if near
            else Text(
                zh="可用的钩子：" + "、".join(HOOK_NAMES),
                en="hooks: " + ", ".join(HOOK_NAMES),
            ),
        )
    elif not inspect.isfunction(value) or _is_deferred(value):
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}`：`{name}` 不是普通函数",
                en=f"plugin `{plugin}`: `{name}` is not a plain function",
            ),
            hint=Text(
                zh=f"请写成 `def {name}():` 并直接返回结果",
                en=f"write it as `def {name}():` and return the result",
            ),
        )
    elif not _is_marked(value):
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}`：`{name}` 没有标记为钩子实现",
                en=f"plugin `{plugin}`: `{name}` is not marked as a hook implementation",
            ),
            hint=Text(
                zh="请在其上方加 `@fanzha.plugins.hookimpl`",
                en="put `@fanzha.plugins.hookimpl` above it",
            ),
        )
    elif inspect.signature(value).parameters:
        given = ", ".join(inspect.signature(value).parameters)
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}`：`{name}` 不应有参数，却有：{given}",
                en=f"plugin `{plugin}`: `{name}` takes no arguments but declares {given}",
            ),
            hint=Text(zh=f"请写成 `def {name}():`", en=f"write it as `def {name}():`"),
        )
    elif any(getattr(value, _MARK).get(option) for option in _OPTIONS_THAT_CHANGE_CALLS):
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}`：`{name}` 的 hookimpl 带有不允许的选项",
                en=f"plugin `{plugin}`: the hookimpl of `{name}` has options that are not allowed",
            ),
            hint=Text(zh="请使用不带选项的 `@hookimpl`", en="use `@hookimpl` without options"),
        )


def _is_marked(value: object) -> bool:
    return isinstance(getattr(value, _MARK, None), dict)


def _is_deferred(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function)
