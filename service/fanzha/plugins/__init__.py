"""The plugin host: hook specifications and the manager.

What a plugin imports is here: `hookimpl`, `Domain`, `DerivedFunction`, `Text`.
"""

from fanzha.model.text import Text
from fanzha.plugins.contributions import Contribution, DerivedFunction, Domain, PluginIdentity
from fanzha.plugins.hookspecs import hookimpl

__all__ = [
    "Contribution",
    "DerivedFunction",
    "Domain",
    "PluginIdentity",
    "Text",
    "hookimpl",
]
