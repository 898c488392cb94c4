"""Reads `bundle.yaml`, which says who a folder of rules is, and opens folders from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from fanzha.errors import FanzhaError, Location, RulesetError
from fanzha.model.law import BundleIdentity
from fanzha.model.text import Text
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.folders import RuleFolder, builtin_folder
from fanzha.rulesets.yaml_reader import read_file

BUNDLE_FILE = "bundle.yaml"
BUNDLE_KEYS = {"name", "prefix", "title", "version", "issuer"}
NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}\Z")
PREFIX = re.compile(r"[a-z][a-z0-9_]{0,30}\Z")
SERVICE = "fanzha"


def read_bundle(cursor: Cursor) -> BundleIdentity:
    """Read one `bundle.yaml`."""
    cursor.only(BUNDLE_KEYS)
    return BundleIdentity(
        name=_word(cursor.at("name"), NAME),
        prefix=_word(cursor.at("prefix"), PREFIX),
        title=cursor.at("title").text(),
        version=cursor.at("version").string(),
        issuer=cursor.at("issuer").text(),
    )


def _word(cursor: Cursor, form: re.Pattern[str]) -> str:
    word = cursor.string()
    if not form.match(word):
        raise cursor.error(
            Text(zh=f"`{word}` 不是有效名称", en=f"`{word}` is not a valid name"),
            hint=Text(
                zh="以小写英文字母开头，只用小写字母、数字和下划线（名称中也可用连字符）",
                en="start with a small letter; use small letters, digits and underscores only "
                "(a name may have hyphens too)",
            ),
            code="ruleset_bad_name",
        )
    return word


def folder_of_operator(path: Path) -> RuleFolder:
    """Open a folder that the settings name; raise RulesetError unless it says who it is."""
    identity = _identity(path, path.name)
    if identity is None:
        raise RulesetError(
            Text(zh=f"文件夹没有 {BUNDLE_FILE}", en=f"the folder has no {BUNDLE_FILE}"),
            hint=Text(
                zh="请添加，写明 name、prefix、title、version 和 issuer",
                en="add one with name, prefix, title, version and issuer",
            ),
            where=Location(file=f"{path.name}/{BUNDLE_FILE}"),
            code="ruleset_bundle_missing",
        )
    return RuleFolder(path.name, path, prefix=identity.prefix, identity=identity)


def folder_of_plugin(
    plugin: str, prefix: str | None, path: Path, domains: frozenset[str] = frozenset()
) -> RuleFolder:
    """Open a folder that a plugin brings.

    `prefix` is that of the plugin's domain; without a domain the folder must say its own.
    """
    identity = _identity(path, plugin)
    if identity is None and prefix is None:
        raise RulesetError(
            Text(
                zh=f"插件 `{plugin}` 没有领域，其规则文件夹也没有 {BUNDLE_FILE}",
                en=f"plugin `{plugin}` has no domain, and its folder of rules no {BUNDLE_FILE}",
            ),
            hint=Text(
                zh="请在文件夹中添加 bundle.yaml，写明 prefix",
                en="add a bundle.yaml to the folder that says its prefix",
            ),
            where=Location(file=f"{plugin}/{BUNDLE_FILE}"),
            code="ruleset_bundle_missing",
        )
    if identity is not None and prefix is not None and identity.prefix != prefix:
        raise RulesetError(
            Text(
                zh=f"前缀 `{identity.prefix}` 与插件 `{plugin}` 的前缀 `{prefix}` 不同",
                en=f"prefix `{identity.prefix}` differs from `{prefix}`, that of plugin `{plugin}`",
            ),
            hint=Text(zh="两者须一致", en="give both the same"),
            where=Location(file=f"{plugin}/{BUNDLE_FILE}"),
            code="ruleset_prefix_missing",
        )
    held = identity.prefix if identity else prefix
    return RuleFolder(plugin, path, prefix=held, identity=identity, domains=domains)


def _identity(path: Path, shown: str) -> BundleIdentity | None:
    file = path / BUNDLE_FILE
    if not file.is_file():
        return None
    document = read_file(file, f"{shown}/{BUNDLE_FILE}")
    return read_bundle(Cursor(document, document.value))


def clashes(folders: Iterable[RuleFolder], taken: Iterable[tuple[str, str]]) -> list[FanzhaError]:
    """Return an error for each two owners of one prefix, or of one name of a bundle.

    `taken` are the prefixes that plugins have, each with its plugin.
    """
    return list(_clashes(list(folders), dict(taken)))


def _clashes(folders: list[RuleFolder], taken: dict[str, str]) -> Iterator[FanzhaError]:
    prefixes = [(prefix, SERVICE) for prefix in _prefixes_of_the_service() if prefix not in taken]
    prefixes += taken.items()
    plugins = set(taken.values())
    names: dict[str, str] = {}
    for folder in folders:
        owner, prefix = _owner(folder, plugins), folder.prefix
        for other_prefix, other in prefixes:
            if prefix is not None and other != owner and _overlap(prefix, other_prefix):
                yield _taken("前缀", "prefix", prefix, folder, f"{other} (`{other_prefix}`)")
        if prefix is not None:
            prefixes.append((prefix, owner))
        if folder.identity is not None:
            name = folder.identity.name
            if name in names:
                yield _taken("规则包名", "name of a bundle", name, folder, names[name])
            names.setdefault(name, str(folder.path))


def _owner(folder: RuleFolder, plugins: set[str]) -> str:
    # Several folders of one plugin share its prefix; two of the operator's never do.
    return folder.name if folder.name in plugins else str(folder.path)


def _prefixes_of_the_service() -> list[str]:
    # Of all its domains, whether enabled or not: one that is enabled later must not clash then.
    return sorted(path.stem for path in (builtin_folder() / "check_types").glob("*.yaml"))


def _overlap(one: str, other: str) -> bool:
    return f"{one}_".startswith(f"{other}_") or f"{other}_".startswith(f"{one}_")


def _taken(zh: str, en: str, word: str, folder: RuleFolder, other: str) -> RulesetError:
    return RulesetError(
        Text(zh=f"{zh} `{word}` 已被使用", en=f"the {en} `{word}` is taken"),
        hint=Text(zh=f"另一处：{other}；请换一个", en=f"the other one is at {other}; take another"),
        where=Location(file=f"{folder.name}/{BUNDLE_FILE}"),
        code="ruleset_name_clash",
    )
