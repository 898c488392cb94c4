"""What the values that hooks return must look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fanzha.errors import PluginError
from fanzha.model.text import Text
from fanzha.plugins.contributions import ANY, KINDS, DerivedFunction, Domain

MAXIMUM_INPUTS = 20
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")


def breaches_of_value(plugin: str, hook: str, value: Any) -> Iterator[PluginError]:
    """Yield an error for everything in a hook's result that breaks the hook's specification."""
    for message, hint in _CHECKS[hook](value):
        yield PluginError(
            Text(
                zh=f"插件 `{plugin}`：{hook} 的返回值{message.zh}",
                en=f"plugin `{plugin}`: the result of {hook} {message.en}",
            ),
            hint=hint,
        )


_Breach = tuple[Text, Text]


def _domain(value: Any) -> Iterator[_Breach]:
    if value is None:
        return
    if not isinstance(value, Domain):
        yield _wrong_type(value, "Domain | None")
        return
    for field in ("name", "prefix"):
        if not _is_name(getattr(value, field)):
            yield _wrong_name(field, getattr(value, field))
    for field in ("title", "summary"):
        if not _is_text(getattr(value, field)):
            yield _not_bilingual(field)
    path = value.check_types
    if not (isinstance(path, Path) and path.is_absolute() and path.is_file()):
        yield (
            Text(
                zh=f"中 `check_types` 不是存在的绝对路径文件：{path}",
                en=f"names `check_types` that are no absolute path of a file: {path}",
            ),
            Text(zh="请检查文件是否随发行包安装", en="check that the file is in the distribution"),
        )


def _functions(value: Any) -> Iterator[_Breach]:
    if not isinstance(value, Mapping):
        yield _wrong_type(value, "Mapping[str, DerivedFunction]")
        return
    for name, function in value.items():
        if not _is_name(name):
            yield _wrong_name("function", name)
        elif not isinstance(function, DerivedFunction):
            yield _wrong_type(function, f"DerivedFunction ({name})")
        else:
            yield from _function(name, function)


def _function(name: str, declared: DerivedFunction) -> Iterator[_Breach]:
    inputs = () if declared.inputs == ANY else declared.inputs
    is_listed = isinstance(inputs, tuple) and all(map(_is_kind, inputs))
    if not is_listed or not _is_kind(declared.output):
        yield (
            Text(
                zh=f"中函数 `{name}` 使用了未知的值类型",
                en=f"declares function `{name}` with a kind that does not exist",
            ),
            Text(
                zh="可用的类型：" + "、".join(sorted(KINDS)),
                en="kinds: " + ", ".join(sorted(KINDS)),
            ),
        )
    elif (declared.output == "integer") != (declared.unit is not None):
        yield (
            Text(
                zh=f"中函数 `{name}` 的单位与其结果类型不符",
                en=f"declares function `{name}` with a unit that does not fit its output",
            ),
            Text(
                zh="整数结果必须有单位，其他结果不得有单位",
                en="an integer output has a unit, every other output has none",
            ),
        )
    elif not callable(declared.function) or not _takes(declared):
        yield (
            Text(
                zh=f"中函数 `{name}` 不能按其声明的输入调用",
                en=f"declares function `{name}` that cannot be called with its inputs",
            ),
            Text(
                zh="函数的位置参数必须与 `inputs` 一一对应",
                en="give the function one positional argument for each of `inputs`",
            ),
        )
    if not _is_text(declared.doc):
        yield _not_bilingual(f"{name}.doc")


def _takes(declared: DerivedFunction) -> bool:
    # With inputs of any kind the function itself says how many it takes.
    counts = range(1, MAXIMUM_INPUTS + 1) if declared.inputs == ANY else [len(declared.inputs)]
    return any(map(declared.takes, counts))


def _rulesets(value: Any) -> Iterator[_Breach]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        yield _wrong_type(value, "Sequence[Path]")
        return
    for path in value:
        if not (isinstance(path, Path) and path.is_absolute() and path.is_dir()):
            yield (
                Text(
                    zh=f"中有不是存在的绝对路径文件夹：{path}",
                    en=f"names what is no absolute path of a folder: {path}",
                ),
                Text(
                    zh="请检查规则文件夹是否随发行包安装",
                    en="check that the folder of rules is in the distribution",
                ),
            )


_CHECKS: Mapping[str, Callable[[Any], Iterator[_Breach]]] = {
    "fanzha_domain": _domain,
    "fanzha_derived_functions": _functions,
    "fanzha_rulesets": _rulesets,
}


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and value in KINDS


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(_NAME.match(value))


def _is_text(value: object) -> bool:
    return isinstance(value, Text) and bool(value.zh.strip()) and bool(value.en.strip())


def _wrong_type(value: object, expected: str) -> _Breach:
    return (
        Text(
            zh=f"是 {type(value).__name__}，应为 {expected}",
            en=f"is a {type(value).__name__} where {expected} is due",
        ),
        Text(zh="请按 docs/hooks.md 返回", en="return what docs/hooks.md says"),
    )


def _wrong_name(what: str, value: object) -> _Breach:
    return (
        Text(
            zh=f"中名称 `{value}`（{what}）不合规范",
            en=f"gives {what} the name `{value}`, which is not well formed",
        ),
        Text(
            zh="请用小写字母开头的 snake_case",
            en="use snake_case that starts with a small letter",
        ),
    )


def _not_bilingual(what: str) -> _Breach:
    return (
        Text(
            zh=f"中 `{what}` 缺少中文或英文",
            en=f"lacks Chinese or English text in `{what}`",
        ),
        Text(zh="请用 Text(zh=…, en=…) 写明两种语言", en="write Text(zh=…, en=…) with both"),
    )
