"""Where the rules that ship with the service lie: in the wheel, or in the repository."""

from __future__ import annotations

from pathlib import Path

import fanzha

_PACKAGE = Path(fanzha.__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "_rulesets"
# An editable install imports the package from <repository>/service/fanzha.
_IN_REPOSITORY = _PACKAGE.parent.parent / "rulesets"


def builtin_folder() -> Path:
    """Return the folder of the built-in rules; raise FileNotFoundError when neither copy exists.

    A broken installation must stop the start: a service without its law would judge nothing.
    """
    for folder in (_IN_WHEEL, _IN_REPOSITORY):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no built-in rules at {_IN_WHEEL} or {_IN_REPOSITORY}")
