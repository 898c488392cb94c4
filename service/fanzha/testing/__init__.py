"""What those who write rules and plugins test with: `PluginContract`, and cases as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanzha.testing.plugin_contract import PluginContract, Post

__all__ = ["PluginContract", "Post"]


def __getattr__(name: str) -> Any:
    # Not imported with the package: pytest loads that in every run, also where nobody needs this.
    if name in __all__:
        import pytest

        pytest.register_assert_rewrite("fanzha.testing.plugin_contract")
        from fanzha.testing import plugin_contract

        return getattr(plugin_contract, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
