"""The plugin host: hook specifications and the manager.

What a plugin imports is here: `hookimpl`, `Domain`, `DerivedFunction`, `Text`. It says for which
version of all this it was written: `FANZHA_API = 1` in its module.
"""

from fanzha.model.text import Text
from fanzha.plugins.contributions import (
    API_VERSION,
    Contribution,
    DerivedFunction,
    Domain,
    PluginIdentity,
)
from fanzha.plugins.hookspecs import hookimpl

__all__ = [
    "API_VERSION",
    "Contribution",
    "DerivedFunction",
    "Domain",
    "PluginIdentity",
    "Text",
    "hookimpl",
]
