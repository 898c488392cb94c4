"""Where rules lie: the folder that ships with the service, and others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import fanzha
from fanzha.model.law import BundleIdentity

_PACKAGE = Path(fanzha.__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "_rulesets"
# An editable install imports the package from <repository>/service/fanzha.
_IN_REPOSITORY = _PACKAGE.parent.parent / "rulesets"


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """One folder of rules; its name stands in messages and names its bundle.

    `prefix` is what the names of all new words in it must begin with; None: nothing. With one,
    the folder must also prove each of its obligations by cases before it can be loaded.
    """

    name: str
    path: Path
    builtin: bool = False
    prefix: str | None = None
    identity: BundleIdentity | None = None
    domains: frozenset[str] = frozenset()
    """Domains of the plugin that brings it: their check types need no prefix."""


def builtin_folder() -> Path:
    """Return the folder of the built-in rules; raise FileNotFoundError when neither copy exists.

    A broken installation must stop the start: a service without its law would judge nothing.
    """
    for folder in (_IN_WHEEL, _IN_REPOSITORY):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no built-in rules at {_IN_WHEEL} or {_IN_REPOSITORY}")


def builtin_rules() -> RuleFolder:
    """Return the built-in rules as a folder to load."""
    return RuleFolder("rulesets", builtin_folder(), builtin=True)
