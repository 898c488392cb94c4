"""The hooks of a plugin, all of them. Hooks describe at the start; evaluating a check calls none.

Every hook is optional. A plugin implements it as a module-level function of the same name,
without arguments, marked with `fanzha.plugins.hookimpl`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pluggy

from fanzha.plugins.contributions import DerivedFunction, Domain

PROJECT = "fanzha"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def fanzha_domain() -> Domain | None:
    """Describe the domain that this plugin brings.

    Called once, at the start, with nothing. Return one `Domain`, or None for a plugin that only
    adds functions or rules to domains that exist. The file of check types is read afterwards by
    the service: do not read it here, do not open connections, and do not depend on the order in
    which plugins load. Name and prefix must be yours alone; a clash stops the start.
    """


@hookspec
def fanzha_derived_functions() -> Mapping[str, DerivedFunction]:
    """Name the computations that rule files may use under `derived:`.

    Called once, at the start, with nothing. Return a mapping from function name (snake_case) to
    `DerivedFunction`; an empty one is allowed. The functions themselves run during checks, on
    values that are already typed and bounded: they must be pure and quick, return a value of the
    declared output kind or None, and leave their arguments alone. Do not redefine a name that
    the service or another plugin has; that stops the start.
    """


@hookspec
def fanzha_rulesets() -> Sequence[Path]:
    """Name extra folders of rules that this plugin brings.

    Called once, at the start, with nothing. Return absolute paths of folders laid out like
    `rulesets/` (facts, parameters, check_types, instruments with their cases); an empty sequence
    is allowed. Facts and parameters in them must start with the plugin's prefix. Do not return
    the service's own folder, and do not write into any folder here.
    """
