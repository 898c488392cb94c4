"""What a plugin or a folder of rules still lacks before it may be enabled.

`fanzha plugins check` lists it, and `fanzha.testing.PluginContract` asks it one by one.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fanzha.errors import FanzhaError, Location, PluginError, PluginIncomplete, Problems
from fanzha.model.institution import Institution
from fanzha.model.norms import Obligation, Stage
from fanzha.model.text import Text
from fanzha.rulesets.bundle_file import BUNDLE_FILE
from fanzha.rulesets.proofs import proved, statuses_to_prove
from fanzha.settings import PLUGINS, Settings
from fanzha.usecases.cases import Case, read_cases
from fanzha.usecases.check_form import read_check
from fanzha.usecases.judge import judge
from fanzha.usecases.judgement import outcome_of
from fanzha.usecases.purity import impurities
from fanzha.usecases.rulebook import Rulebook, open_rulebook
from fanzha.usecases.self_test import run_case

INSTITUTION = "contract"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at: a plugin by its name, or a folder of rules by its folder's name."""

    name: str
    is_plugin: bool = True

    def obligations(self, rulebook: Rulebook) -> list[Obligation]:
        """Return its obligations: in its own check types, or from its own folder."""
        check_types = set(self.check_types(rulebook))
        return [
            each
            for each in rulebook.law.obligations.values()
            if each.check_types & check_types or each.file.startswith(f"{self.name}/")
        ]

    def check_types(self, rulebook: Rulebook) -> list[str]:
        """Return the check types of its domain, or of its own bundle."""
        law, plugins = rulebook.law, rulebook.plugins
        if self.is_plugin:
            domains = {each.value.name for each in plugins.domains if each.plugin.name == self.name}
        else:
            prefixes = [each.prefix for each in rulebook.folders if each.name == self.name]
            domains = {
                domain
                for domain in law.domains
                for prefix in prefixes
                if f"{domain}_".startswith(f"{prefix}_")
            }
        return [key for key, each in law.check_types.items() if each.domain in domains]

    def cases(self, rulebook: Rulebook) -> list[Case]:
        """Return the worked cases of its check types and of its own folder."""
        check_types = set(self.check_types(rulebook))
        return [
            each
            for each in read_cases(rulebook.folders)
            if each.check_type in check_types or each.folder == self.name
        ]


def settings_alone(plugin: str, environment: Settings) -> Settings:
    """Return settings that enable one plugin and no other."""
    return dataclasses.replace(environment, plugins=(plugin,))


def settings_with_others(plugin: str, environment: Settings) -> Settings:
    """Return settings that enable the plugin beside those of the service."""
    names = dict.fromkeys([*PLUGINS.default.split(","), plugin])
    return dataclasses.replace(environment, plugins=tuple(names))


def lacking(subject: Subject, settings: Settings) -> list[FanzhaError]:
    """Return everything that keeps it from being enabled; nothing when it is fit."""
    found: list[FanzhaError] = []
    choices = (
        [settings_alone(subject.name, settings), settings_with_others(subject.name, settings)]
        if subject.is_plugin
        else [settings]
    )
    for each in choices:
        try:
            rulebook = open_rulebook(each)
        except FanzhaError as error:
            # What it lacks alone need not be told again with the others.
            return list(error.errors) if isinstance(error, Problems) else [error]
        try:
            if each is choices[0]:
                found += everything_lacking(subject, rulebook)
        finally:
            rulebook.close()
    return found


def everything_lacking(subject: Subject, rulebook: Rulebook) -> list[FanzhaError]:
    """Return what an opened law shows to be lacking."""
    return [
        *without_obligations(subject, rulebook),
        *unproved(subject, rulebook),
        *failing_cases(subject, rulebook),
        *wrong_edges(subject, rulebook),
        *one_language_only(subject, rulebook),
        *without_prefix(subject, rulebook),
        *impure_functions(subject, rulebook),
        *compliant_by_silence(subject, rulebook),
    ]


def without_obligations(subject: Subject, rulebook: Rulebook) -> Iterator[FanzhaError]:
    """Yield an error for each check type that raises no obligation."""
    for key in subject.check_types(rulebook):
        if not rulebook.law.obligations_of(key):
            yield _lacks(
                Text(zh=f"检查类型 `{key}` 没有义务", en=f"check type `{key}` has no obligation"),
                Text(
                    zh="请写出义务，或删去该检查类型",
                    en="write an obligation for it, or take the check type out",
                ),
            )


def unproved(subject: Subject, rulebook: Rulebook) -> Iterator[FanzhaError]:
    """Yield an error for each status of an obligation that no case shows."""
    shown = {each for folder in rulebook.folders for each in proved(folder)}
    for each in subject.obligations(rulebook):
        for status in statuses_to_prove(each):
            if (each.id, status) not in shown:
                yield _lacks(
                    Text(
                        zh=f"义务 `{each.id}` 没有结果为 {status} 的案例",
                        en=f"obligation `{each.id}` has no case of it being {status}",
                    ),
                    Text(
                        zh="请在旁边的 .cases.yaml 中补上",
                        en="add one to the .cases.yaml beside it",
                    ),
                    each.file,
                )


def failing_cases(subject: Subject, rulebook: Rulebook) -> Iterator[FanzhaError]:
    """Yield an error for everything that is otherwise than its case says."""
    for case in subject.cases(rulebook):
        for failure in run_case(case, rulebook).failures:
            yield _lacks(
                Text(
                    zh=f"案例 `{case.id}` 不成立：{failure.message.zh}",
                    en=f"case `{case.id}` does not hold: {failure.message.en}",
                ),
                Text(zh="请改正规则或案例", en="correct the rule or the case"),
                case.place,
            )


def wrong_edges(subject: Subject, rulebook: Rulebook) -> Iterator[FanzhaError]:
    """Yield an error for each obligation that is judged on a day it is not in force on.

    Or is not judged on its first or last day.
    """
    mine = set(subject.check_types(rulebook))
    for each in subject.obligations(rulebook):
        days = [(each.in_force.first, True), (each.in_force.first - timedelta(days=1), False)]
        if each.in_force.last is not None:
            days += [(each.in_force.last, True), (each.in_force.last + timedelta(days=1), False)]
        for check_type in sorted(each.check_types & mine):
            for day, is_due in days:
                if (each.id in rulebook.editions.of(check_type, day).duties) != is_due:
                    yield _lacks(
                        Text(
                            zh=f"义务 `{each.id}` 在 {day} 的适用与其期间不符",
                            en=f"obligation `{each.id}` does not follow its dates on {day}",
                        ),
                        Text(zh="请核对 in_force", en="look at its `in_force`"),
                        each.file,
                    )


def one_language_only(subject: Subject, rulebook: Rulebook) -> Iterator[FanzhaError]:
    """Yield an error for each text whose Chinese is not Chinese, or whose English has no word."""
    for what, text in _texts(subject, rulebook):
        if not _CHINESE.search(text.zh) or not _LATIN.search(text.en):
            yield _lacks(
                Text(
                    zh=f"{what} 的文字不是中英文并列：{text.zh} · {text.en}",
                    en=f"the text of {what} is not in both languages: {text.zh} · {text.en}",
                ),
                Text(zh="请用 zh 写中文，用 en 写英文", en="write Chinese as zh, English as en"),
            )


def _texts(subject: Subject, rulebook: Rulebook) -> Iterator[tuple[str, Text]]:
    law, plugins = rulebook.law, rulebook.plugins
    for domain in plugins.domains:
        if domain.plugin.name == subject.name:
            yield f"domain `{domain.value.name}`", domain.value.title
            yield f"domain `{domain.value.name}`", domain.value.summary
    for name, function in plugins.functions.items():
        if function.plugin.name == subject.name:
            yield f"`{name}`", function.value.doc
    for key in subject.check_types(rulebook):
        yield f"`{key}`", law.check_types[key].title
        yield f"`{key}`", law.check_types[key].summary
    for each in subject.obligations(rulebook):
        for text in (each.title, each.duty, each.remedy):
            yield f"`{each.id}`", text


def without_prefix(subject: Subject, rulebook: Rulebook) -> Iterator[FanzhaError]:
    """Yield an error for each function of a plugin that lacks the prefix of its domain.

    Names in files of rules were looked at when they were loaded.
    """
    prefix = rulebook.plugins.prefix_of(subject.name)
    for name, function in rulebook.plugins.functions.items():
        if prefix and function.plugin.name == subject.name and not name.startswith(f"{prefix}_"):
            yield _lacks(
                Text(
                    zh=f"函数 `{name}` 没有以前缀 `{prefix}_` 开头",
                    en=f"function `{name}` does not begin with the prefix `{prefix}_`",
                ),
                Text(zh="请改名", en="rename it"),
            )


def impure_functions(subject: Subject, rulebook: Rulebook) -> Iterator[FanzhaError]:
    """Yield an error for each function that is not pure, or that no fact names."""
    for name, function in rulebook.plugins.functions.items():
        if function.plugin.name != subject.name:
            continue
        for message in impurities(name, function.value, rulebook.law):
            yield _lacks(
                Text(zh=f"函数 `{name}`：{message.zh}", en=f"function `{name}`: {message.en}"),
                Text(
                    zh="派生函数只由输入决定，见 docs/hooks.md",
                    en="a derived function depends on its inputs alone: see docs/hooks.md",
                ),
            )


def compliant_by_silence(subject: Subject, rulebook: Rulebook) -> Iterator[FanzhaError]:
    """Yield an error for each check type that finds compliance where nothing is known."""
    law = rulebook.law
    for key in subject.check_types(rulebook):
        check_type = law.check_types[key]
        day = max(
            [
                check_type.contracts[-1].since,
                *(each.in_force.first for each in _open(key, rulebook)),
            ]
        )
        institution = Institution(
            INSTITUTION, Text(zh="检验", en="Contract"), tuple(sorted(check_type.roles))
        )
        body = silent_check(check_type.domain, check_type.name, day)
        check = read_check(body, law, rulebook.reader, datetime.fromisoformat(body["occurred_at"]))
        if outcome_of(judge(check, institution, rulebook).duties) == "compliant":
            yield _lacks(
                Text(
                    zh=f"检查类型 `{key}` 在没有任何事实时得出合规",
                    en=f"check type `{key}` finds a check without any fact compliant",
                ),
                Text(
                    zh="沉默不能得出合规：请核对各义务的 applies 和 violated",
                    en="compliance never follows from silence: look at `applies` and `violated`",
                ),
            )


def _open(key: str, rulebook: Rulebook) -> list[Obligation]:
    return [each for each in rulebook.law.obligations_of(key) if each.in_force.last is None]


def silent_check(domain: str, check_type: str, day: date) -> dict[str, Any]:
    """Return a check of something done that day of which nothing is known."""
    return {
        "domain": domain,
        "check_type": check_type,
        "stage": Stage.DONE.value,
        "institution": INSTITUTION,
        "occurred_at": f"{day}T12:00:00+08:00",
        "facts": {},
    }


def _lacks(message: Text, hint: Text, place: str | None = None) -> PluginIncomplete:
    return PluginIncomplete(message, hint=hint, where=Location(path=place) if place else None)


# --- a folder that need not be installed ---------------------------------------------------


@contextmanager
def opened_target(target: str, environment: Settings) -> Iterator[tuple[Subject, Settings]]:
    """Find what `plugins check` is called with: a plugin, a distribution, or a folder of rules.

    A distribution that lies in a folder is as good as installed meanwhile. Raises PluginError for
    a folder that is neither.
    """
    folder = Path(target)
    if not folder.is_dir():
        yield Subject(target), environment
        return
    folder = folder.resolve()
    if (folder / BUNDLE_FILE).is_file():
        rulesets = dict.fromkeys([*(each.resolve() for each in environment.rulesets), folder])
        yield (
            Subject(folder.name, False),
            dataclasses.replace(environment, rulesets=tuple(rulesets)),
        )
        return
    plugin, metadata = _declared(folder)
    modules = metadata["plugins"].values()
    with tempfile.TemporaryDirectory() as site, _importing(Path(site), folder, modules):
        _write_metadata(Path(site), metadata)
        yield Subject(plugin), environment


def _declared(folder: Path) -> tuple[str, dict[str, Any]]:
    project = folder / "pyproject.toml"
    try:
        declared = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        plugins = dict(declared["entry-points"]["fanzha"])
        (plugin,) = plugins
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise PluginError(
            Text(
                zh=f"`{folder.name}` 既没有 {BUNDLE_FILE}，也没有声明一个插件的 pyproject.toml",
                en=f"`{folder.name}` has neither a {BUNDLE_FILE} nor a pyproject.toml that names "
                "one plugin",
            ),
            hint=Text(
                zh="请给出插件名、规则文件夹或发行包的文件夹",
                en="name a plugin, a folder of rules, or the folder of a distribution",
            ),
        ) from error
    return plugin, {**declared, "plugins": plugins}


@contextmanager
def _importing(site: Path, folder: Path, modules: Iterable[str]) -> Iterator[None]:
    added = [str(site), str(folder)]
    sys.path[:0] = added
    # What was imported from elsewhere under these names is not what lies here.
    _forget(modules)
    try:
        yield
    finally:
        _forget(modules)
        for each in added:
            sys.path.remove(each)


def _forget(modules: Iterable[str]) -> None:
    for module in modules:
        for name in [each for each in sys.modules if f"{each}.".startswith(f"{module}.")]:
            del sys.modules[name]


def _write_metadata(site: Path, declared: dict[str, Any]) -> None:
    name, version = declared["name"], declared.get("version", "0")
    metadata = site / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )
    lines = [f"{plugin} = {module}" for plugin, module in declared["plugins"].items()]
    (metadata / "entry_points.txt").write_text(
        "\n".join(["[fanzha]", *lines, ""]), encoding="utf-8"
    )
