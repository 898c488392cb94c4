"""Writes the files of a new plugin from the template: into this repository, or a distribution."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import jinja2

import fanzha
from fanzha.errors import PluginError
from fanzha.model.text import Text
from fanzha.plugins.discovery import installed
from fanzha.rulesets.folders import builtin_folder

TEMPLATE = Path(fanzha.__file__).resolve().parent / "templates" / "plugin"
SUFFIX = ".jinja"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}\Z")
_EXECUTABLE = ".ci/run"
_ENTRY_POINTS = "[project.entry-points.fanzha]\n"
_LISTS_OF_PLUGINS = re.compile(r"\[[^\[\]]*\"(?:plugins/)?fanzha_telecom\"[^\[\]]*\]")


def new_plugin(name: str, repository: Path) -> list[Path]:
    """Write a plugin beside those of the service; return what was written or changed.

    Raises PluginError where the name or the folder cannot be used; nothing is written then.
    """
    _refuse_name(name)
    project = repository / "pyproject.toml"
    if not (project.is_file() and (repository / "plugins").is_dir()):
        raise PluginError(
            Text(
                zh=f"`{repository}` 不是 fanzha 的仓库",
                en=f"`{repository}` is not the repository of fanzha",
            ),
            hint=Text(
                zh="请在仓库中运行，或以 --standalone DIR 建立单独的发行包",
                en="run it in the repository, or make a distribution with --standalone DIR",
            ),
        )
    written = _write(dict(_in_repository(name)), repository)
    project.write_text(_with_plugin(project.read_text(encoding="utf-8"), name), encoding="utf-8")
    return [*written, project]


def new_distribution(name: str, folder: Path) -> list[Path]:
    """Write a plugin as a distribution of its own; return what was written.

    Raises PluginError where the name cannot be used or the folder holds something.
    """
    _refuse_name(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PluginError(
            Text(zh=f"`{folder}` 不是空文件夹", en=f"`{folder}` is no empty folder"),
            hint=Text(zh="请给出新文件夹", en="name a new folder"),
        )
    return _write(dict(_standalone(name)), folder)


def _in_repository(name: str) -> Iterator[tuple[str, str]]:
    places = {
        "package": f"plugins/fanzha_{name}",
        "rules": "rulesets",
        "tests": f"tests/plugins/{name}",
        "examples": f"examples/{name}",
    }
    for part, place in places.items():
        for path, text in _rendered(part, name, standalone=False):
            # The rules of the service need not say whose they are.
            if (part, path) != ("rules", "bundle.yaml"):
                yield f"{place}/{path}", text


def _standalone(name: str) -> Iterator[tuple[str, str]]:
    places = {
        "standalone": ".",
        "package": f"fanzha_{name}",
        "rules": f"fanzha_{name}/rules",
        "tests": "tests",
    }
    for part, place in places.items():
        for path, text in _rendered(part, name, standalone=True):
            if (part, path) != ("package", "README.md"):
                yield PurePosixPath(place, path).as_posix(), text


def _rendered(part: str, name: str, *, standalone: bool) -> Iterator[tuple[str, str]]:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        # Files of Python, YAML and Markdown: nothing of it is HTML.
        autoescape=False,
    )
    words: Mapping[str, object] = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "distribution": f"fanzha-{name.replace('_', '-')}",
        "standalone": standalone,
    }
    root = TEMPLATE / part
    for path in sorted(root.rglob(f"*{SUFFIX}")):
        inside = path.relative_to(root).as_posix().removesuffix(SUFFIX)
        source = path.relative_to(TEMPLATE).as_posix()
        text = environment.get_template(source).render(words)
        yield environment.from_string(inside).render(words), text


def _write(files: Mapping[str, str], root: Path) -> list[Path]:
    there = [name for name in files if (root / name).exists()]
    if there:
        raise PluginError(
            Text(zh="文件已存在：" + "、".join(there), en="there already: " + ", ".join(there)),
            hint=Text(zh="请换一个名称", en="take another name"),
        )
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if name == _EXECUTABLE:
            path.chmod(0o755)
    return [root / name for name in files]


def _with_plugin(project: str, name: str) -> str:
    """Return the project's settings with the plugin in every list that names plugins."""
    head, mark, rest = project.partition(_ENTRY_POINTS)
    entries, end, tail = rest.partition("\n\n")
    project = f'{head}{mark}{entries}\n{name} = "fanzha_{name}"{end}{tail}'
    return _LISTS_OF_PLUGINS.sub(lambda found: _longer(found[0], name), project)


def _longer(listed: str, name: str) -> str:
    start = "plugins/" if '"plugins/' in listed else ""
    entry = f'"{start}fanzha_{name}"'
    if "\n" not in listed:
        return f"{listed[:-1]}, {entry}]"
    return f"{listed[:-1].rstrip()}\n    {entry},\n]"


def _refuse_name(name: str) -> None:
    taken = {path.stem for path in (builtin_folder() / "check_types").glob("*.yaml")}
    taken |= {each.name for each in installed()}
    if not _NAME.match(name):
        wrong = Text(zh="不是可用的名称", en="cannot be the name of a plugin")
        hint = Text(
            zh="以小写英文字母开头，只用小写字母、数字和下划线，2 至 30 个字符",
            en="start with a small letter; small letters, digits and underscores, 2 to 30 of them",
        )
    elif any(
        f"{name}_".startswith(f"{each}_") or f"{each}_".startswith(f"{name}_") for each in taken
    ):
        wrong = Text(zh="与已有的插件或领域冲突", en="clashes with a plugin or domain that exists")
        hint = Text(
            zh="已有：" + "、".join(sorted(taken)), en="there are: " + ", ".join(sorted(taken))
        )
    else:
        return
    raise PluginError(Text(zh=f"`{name}` {wrong.zh}", en=f"`{name}` {wrong.en}"), hint=hint)
