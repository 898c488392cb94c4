"""The banking plugin keeps the contract of plugins."""

from __future__ import annotations

from fanzha.testing import PluginContract


class TestBanking(PluginContract):
    plugin = "banking"
