"""Everything that is read once at the start and then only used: plugins, law, computations."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from fanzha.engine import Editions
from fanzha.errors import FanzhaError, raise_if_any
from fanzha.model.law import Law
from fanzha.plugins.contributions import DerivedFunction
from fanzha.plugins.host import LoadedPlugins, load_plugins
from fanzha.plugins.running import Runner
from fanzha.rulesets.bundle_file import clashes, folder_of_operator, folder_of_plugin
from fanzha.rulesets.folders import RuleFolder, builtin_rules
from fanzha.rulesets.loader import load_law
from fanzha.settings import Settings
from fanzha.usecases.derived_functions import BUILT_IN
from fanzha.usecases.posted_facts import FactReader
from fanzha.usecases.ready import Ready, make_ready

SERVICE = "fanzha"

Json = dict[str, Any]


@dataclass(frozen=True)
class Rulebook:
    """The law with all that is needed to apply it."""

    law: Law
    plugins: LoadedPlugins
    functions: Mapping[str, DerivedFunction]
    owners: Mapping[str, str]
    """Function -> the plugin that it comes from; `fanzha` for the service's own."""
    editions: Editions
    reader: FactReader
    ready: Ready
    bundles: list[Json]
    runner: Runner
    """Calls the functions, and keeps account of the plugins' time."""
    folders: tuple[RuleFolder, ...] = ()
    """Where the law was read from; worked cases lie there too."""

    def inputs_of(self, name: str) -> tuple[str, ...]:
        """Return what a derived fact is computed from; nothing for other facts."""
        fact = self.law.facts.get(name)
        return fact.derivation.inputs if fact is not None and fact.derivation else ()

    def close(self) -> None:
        """Give the engine's memory back."""
        self.editions.close()


def open_rulebook(settings: Settings) -> Rulebook:
    """Load the enabled plugins and all rules; raise Problems with everything that is wrong."""
    plugins = load_plugins(
        settings.plugins,
        reserved_functions=BUILT_IN,
        trace=_to_standard_error if settings.trace_hooks else None,
    )
    functions = dict(BUILT_IN)
    owners = dict.fromkeys(BUILT_IN, SERVICE)
    for name, contribution in plugins.functions.items():
        functions[name] = contribution.value
        owners[name] = contribution.plugin.name
    folders = _folders(settings, plugins)
    law = load_law(
        folders,
        check_type_files=[each.value.check_types for each in plugins.domains],
        domains={each.value.name: each.value.title for each in plugins.domains},
        functions=functions,
    )
    rulebook = rulebook_of(
        law, plugins, functions, owners, settings.editions, settings.plugin_seconds
    )
    return replace(rulebook, folders=tuple(folders))


def rulebook_of(
    law: Law,
    plugins: LoadedPlugins,
    functions: Mapping[str, DerivedFunction],
    owners: Mapping[str, str],
    editions: int,
    plugin_seconds: float = 1.0,
) -> Rulebook:
    """Return a loaded law ready to be applied; at most `editions` of it are kept compiled.

    `plugin_seconds` is the limit of one run of a function of another distribution.
    """
    ours = {each.name for each in plugins.identities if each.origin == SERVICE}
    return Rulebook(
        law=law,
        plugins=plugins,
        functions=functions,
        owners=owners,
        editions=Editions(law, editions),
        reader=FactReader(law.facts),
        ready=make_ready(law, plugins),
        bundles=[{"name": each.name, "digest": each.digest} for each in law.bundles],
        runner=Runner(functions, owners, trusted={SERVICE, *ours}, seconds=plugin_seconds),
    )


def _to_standard_error(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _folders(settings: Settings, plugins: LoadedPlugins) -> list[RuleFolder]:
    """Open all folders of rules; raise Problems for those that do not say who they are."""
    prefixes = {each.plugin.name: each.value.prefix for each in plugins.domains}
    domains = {each.plugin.name: frozenset({each.value.name}) for each in plugins.domains}
    opened: list[RuleFolder] = []
    errors: list[FanzhaError] = []
    for each in plugins.rulesets:
        plugin = each.plugin.name
        with _noting(errors):
            opened.append(
                folder_of_plugin(
                    plugin, prefixes.get(plugin), each.value, domains.get(plugin, frozenset())
                )
            )
    read = {each.path.resolve() for each in opened}
    for path in settings.rulesets:
        # One that its plugin brings already is not another one.
        if path.resolve() not in read:
            with _noting(errors):
                opened.append(folder_of_operator(path))
    taken = [(prefix, plugin) for plugin, prefix in prefixes.items()]
    raise_if_any([*errors, *clashes(opened, taken)])
    return [builtin_rules(), *opened]


@contextmanager
def _noting(errors: list[FanzhaError]) -> Iterator[None]:
    try:
        yield
    except FanzhaError as error:
        errors.append(error)
