"""What the telecom plugin brings."""

from __future__ import annotations

import fanzha_telecom
from fanzha.model.norms import Nature
from fanzha.rulesets.folders import builtin_folder
from fanzha.usecases.rulebook import Rulebook


def test_the_domain_names_a_file_of_check_types_that_exists() -> None:
    domain = fanzha_telecom.fanzha_domain()
    assert domain.name == "telecom"
    assert domain.check_types == builtin_folder() / "check_types" / "telecom.yaml"
    assert domain.check_types.is_file()


def test_standing_duties_are_judged_in_internal_control_alone(rulebook: Rulebook) -> None:
    """No event raises what is owed as an organisation, and no attestation raises an event's."""
    for key in rulebook.law.check_types:
        natures = {each.nature for each in rulebook.law.obligations_of(key)}
        wanted = Nature.STANDING if key.endswith("/internal_control") else Nature.ACT
        assert natures == {wanted}, key
