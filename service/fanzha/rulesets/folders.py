"""Where rules lie: the folder that ships with the service, and others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import fanzha

_PACKAGE = Path(fanzha.__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "_rulesets"
# An editable install imports the package from <repository>/service/fanzha.
_IN_REPOSITORY = _PACKAGE.parent.parent / "rulesets"


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """One folder of rules; its name stands in messages and names its bundle."""

    name: str
    path: Path
    builtin: bool = False


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
