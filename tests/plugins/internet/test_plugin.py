"""What the internet plugin brings."""

from __future__ import annotations

import fanzha_internet
from fanzha.rulesets.folders import builtin_folder
from fanzha.usecases.rulebook import Rulebook


def test_the_domain_names_a_file_of_check_types_that_exists() -> None:
    domain = fanzha_internet.fanzha_domain()
    assert domain.name == "internet"
    assert domain.check_types == builtin_folder() / "check_types" / "internet.yaml"
    assert domain.check_types.is_file()


def test_a_telecom_operator_posts_what_binds_it_as_well(rulebook: Rulebook) -> None:
    found = {
        each.name
        for each in rulebook.law.check_types.values()
        if each.domain == "internet" and "telecom_operator" in each.roles
    }
    assert found == {
        "internet_service_opening", "app_distribution", "network_support_service", "conduct",
    }  # fmt: skip
