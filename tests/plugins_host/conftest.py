"""The fixture of strangers' plugins."""

from tests.plugins_host.strangers import site

__all__ = ["site"]
