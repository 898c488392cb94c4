"""Securities: accounts that brokers open, and transfers between bank and securities account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fanzha.plugins import DerivedFunction, Domain, Text, hookimpl

from fanzha_securities.derived import id_number_valid

FANZHA_API = 1
RULES = Path(__file__).resolve().parent / "rules"


@hookimpl
def fanzha_domain() -> Domain:
    """Bring the securities domain."""
    return Domain(
        name="securities",
        title=Text(zh="证券", en="Securities"),
        prefix="securities",
        check_types=RULES / "check_types" / "securities.yaml",
        summary=Text(
            zh="证券公司的开户和银证转账",
            en="Accounts that securities brokers open, and transfers to and from them",
        ),
    )


@hookimpl
def fanzha_derived_functions() -> Mapping[str, DerivedFunction]:
    """Bring the computation that the rules name."""
    return {
        "securities_id_number_valid": DerivedFunction(
            id_number_valid,
            ("string",),
            "boolean",
            Text(
                zh="公民身份号码的长度、出生日期和校验码是否正确",
                en="Whether length, date of birth and check digit of a citizen's number are right",
            ),
        )
    }


@hookimpl
def fanzha_rulesets() -> Sequence[Path]:
    """Bring the rules, which lie in the package."""
    return [RULES]
