"""Keeps the rules as loaded, and loads them again as they were when a decision was made."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fanzha.errors import FanzhaError, ReplayImpossible
from fanzha.model.law import Bundle
from fanzha.model.text import Text
from fanzha.records.rule_files import KeptBundle, RuleFiles
from fanzha.rulesets.folders import RuleFolder, builtin_folder
from fanzha.rulesets.loader import load_law
from fanzha.usecases.rulebook import Rulebook, rulebook_of

_EDITIONS = 4

Json = dict[str, Any]


def keep_rules(rulebook: Rulebook, kept: RuleFiles) -> None:
    """Store the files of each bundle that is not stored yet; a start with known rules writes none.

    Cases are no part of a bundle and are not kept. Check types of plugins that are not enabled
    are kept beside it: they tell what the rules may name.
    """
    bundles = {each.digest: each for each in rulebook.law.bundles}
    for digest in kept.unknown(bundles):
        _keep(bundles[digest], rulebook, kept)


def _keep(bundle: Bundle, rulebook: Rulebook, kept: RuleFiles) -> None:
    root = _root(bundle, rulebook)
    if root is None:
        return
    contents: dict[str, bytes] = {}
    beside: dict[str, str] = {}
    for path in bundle.files:
        content = (root / path).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != bundle.files[path]:
            # Changed since it was loaded: what judged is not there to be kept.
            return
        contents[digest] = content
    for file in sorted(root.glob("check_types/*.yaml")):
        path = file.relative_to(root).as_posix()
        if path not in bundle.files:
            content = file.read_bytes()
            beside[path] = hashlib.sha256(content).hexdigest()
            contents[beside[path]] = content
    kept.put(KeptBundle(bundle.name, bundle.digest, dict(bundle.files), beside), contents)


def _root(bundle: Bundle, rulebook: Rulebook) -> Path | None:
    for folder in rulebook.folders:
        if folder.name == bundle.name:
            return folder.path
    # A plugin's check types that lie outside any folder of rules: a bundle of one file.
    for each in rulebook.plugins.domains:
        path = each.value.check_types
        if path.stem == bundle.name and set(bundle.files) == {path.name}:
            return path.parent
    return None


@contextmanager
def rulebook_as_recorded(
    bundles: Sequence[Mapping[str, str]], today: Rulebook, kept: RuleFiles
) -> Iterator[Rulebook]:
    """Give the rules of these bundles, with the plugins of today.

    Raises ReplayImpossible when one of them was never kept or cannot be loaded any more.
    """
    if [dict(each) for each in bundles] == today.bundles:
        yield today
        return
    with tempfile.TemporaryDirectory(prefix="fanzha-rules-") as folder:
        rulebook = _load(bundles, Path(folder), today, kept)
        try:
            yield rulebook
        finally:
            rulebook.close()


def _load(
    bundles: Sequence[Mapping[str, str]], folder: Path, today: Rulebook, kept: RuleFiles
) -> Rulebook:
    builtin = {each.name for each in today.folders if each.builtin} or {"rulesets"}
    folders: list[RuleFolder] = []
    check_types: list[Path] = []
    for each in bundles:
        bundle = kept.get(each["digest"])
        if bundle is None:
            raise ReplayImpossible(
                Text(
                    zh=f"没有存下规则集 `{each['name']}`（{each['digest'][:12]}）的文件",
                    en=f"the files of bundle `{each['name']}` ({each['digest'][:12]}) "
                    "were never kept",
                ),
                hint=Text(
                    zh="用当时的规则文件夹启动一次服务，再试",
                    en="start the service once with the folders of then, and try again",
                ),
            )
        root = folder / bundle.name
        write_bundle(bundle, root, kept)
        is_builtin = bundle.name in builtin
        if is_builtin:
            check_types += [root / path for path in bundle.read if path.startswith("check_types/")]
        if all("/" not in path for path in bundle.read) and not (root / "bundle.yaml").exists():
            # A plugin's check types, which lay in no folder of rules.
            check_types += [root / path for path in bundle.read]
        else:
            folders.append(RuleFolder(bundle.name, root, builtin=is_builtin))
    # The service's own words come first, as at every start.
    folders.sort(key=lambda each: not each.builtin)
    # Of a plugin that was not enabled then nothing was judged.
    titles = {
        each.value.name: each.value.title
        for each in today.plugins.domains
        if each.value.check_types.name in {path.name for path in check_types}
        or not each.value.check_types.is_relative_to(builtin_folder())
    }
    try:
        law = load_law(
            folders, check_type_files=check_types, domains=titles, functions=today.functions
        )
    except FanzhaError as error:
        raise ReplayImpossible(
            Text(
                zh=f"当时的规则已不能加载：{error.message.zh}",
                en=f"the rules of then cannot be loaded any more: {error.message.en}",
            ),
            hint=Text(
                zh="请启用当时的插件及其版本，再试",
                en="enable the plugins of then, in their versions, and try again",
            ),
        ) from error
    return rulebook_of(law, today.plugins, today.functions, today.owners, _EDITIONS)


def write_bundle(bundle: KeptBundle, root: Path, kept: RuleFiles) -> None:
    """Write the files of a bundle below `root`, which is made."""
    files = {**bundle.beside, **bundle.read}
    contents = kept.contents(set(files.values()))
    for path, digest in files.items():
        target = root / path
        # INVARIANT: paths come from a database; none of them leads out of the folder.
        if not target.resolve().is_relative_to(root.resolve()):
            raise ReplayImpossible(
                Text(zh="存下的规则文件路径有误", en="the path of a kept rule file is wrong")
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        if hashlib.sha256(contents.get(digest, b"")).hexdigest() != digest:
            raise ReplayImpossible(
                Text(
                    zh=f"存下的规则文件 `{path}` 缺失或被改动",
                    en=f"the kept rule file `{path}` is missing or was changed",
                ),
                hint=Text(zh="请恢复数据库备份", en="restore it from a backup of the database"),
            )
        target.write_bytes(contents[digest])


def changed_files(
    bundles: Sequence[Mapping[str, str]], today: Rulebook, kept: RuleFiles
) -> list[Json]:
    """Return which files of rules differ between these bundles and today's."""
    now = {each.name: dict(each.files) for each in today.law.bundles}
    changes: list[Json] = []
    for each in bundles:
        bundle = kept.get(each["digest"])
        before = dict(bundle.read) if bundle else {}
        after = now.pop(each["name"], {})
        for path in sorted(before.keys() | after.keys()):
            if before.get(path) != after.get(path):
                word = (
                    "changed"
                    if path in before and path in after
                    else ("removed" if path in before else "added")
                )
                changes.append({"bundle": each["name"], "file": path, "change": word})
    changes += [
        {"bundle": name, "file": path, "change": "added"}
        for name, files in sorted(now.items())
        for path in sorted(files)
    ]
    return changes
