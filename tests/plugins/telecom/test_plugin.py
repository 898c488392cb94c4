"""The telecom plugin keeps the contract of plugins."""

from __future__ import annotations

from fanzha.model.norms import Nature
from fanzha.testing import PluginContract
from fanzha.usecases.rulebook import Rulebook


class TestTelecom(PluginContract):
    plugin = "telecom"


def test_standing_duties_are_judged_in_internal_control_alone(rulebook: Rulebook) -> None:
    """No event raises what is owed as an organisation, and no attestation raises an event's."""
    for key in rulebook.law.check_types:
        natures = {each.nature for each in rulebook.law.obligations_of(key)}
        wanted = Nature.STANDING if key.endswith("/internal_control") else Nature.ACT
        assert natures == {wanted}, key
