"""The payments plugin keeps the contract of plugins."""

from __future__ import annotations

from fanzha.testing import PluginContract


class TestPayments(PluginContract):
    plugin = "payments"
