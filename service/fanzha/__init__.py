"""fanzha (反诈): a compliance decision service for China's anti-fraud law."""

from __future__ import annotations

from pathlib import Path

__version__ = "0.1.0"


def rulesets_folder() -> Path:
    """Return the folder of the built-in rules, for plugins that name a file in it."""
    # Imported late, so that `import fanzha` alone stays light.
    from fanzha.rulesets.folders import builtin_folder

    return builtin_folder()
