"""What the banking plugin brings."""

from __future__ import annotations

import fanzha_banking
from fanzha.rulesets.folders import builtin_folder


def test_the_domain_names_a_file_of_check_types_that_exists() -> None:
    domain = fanzha_banking.fanzha_domain()
    assert domain.name == "banking"
    assert domain.check_types == builtin_folder() / "check_types" / "banking.yaml"
    assert domain.check_types.is_file()


def test_each_function_carries_the_prefix_and_a_title_in_both_languages() -> None:
    prefix = fanzha_banking.fanzha_domain().prefix
    functions = fanzha_banking.fanzha_derived_functions()
    assert functions
    for name, function in functions.items():
        assert name.startswith(f"{prefix}_")
        assert function.doc.zh
        assert function.doc.en
