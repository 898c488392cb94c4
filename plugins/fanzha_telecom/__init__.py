"""The telecom domain: phone cards and calls (ATOFL chapter II)."""

from __future__ import annotations

from collections.abc import Mapping

from fanzha import rulesets_folder
from fanzha.plugins import DerivedFunction, Domain, Text, hookimpl
from fanzha_telecom.derived import full_years_after


@hookimpl
def fanzha_domain() -> Domain:
    """Describe the domain."""
    return Domain(
        name="telecom",
        title=Text(zh="电信", en="Telecommunications"),
        prefix="telecom",
        check_types=rulesets_folder() / "check_types" / "telecom.yaml",
        summary=Text(
            zh="电话卡的登记和涉诈异常监测、主叫号码传送和电信线路出租",
            en="Registration and fraud monitoring of phone cards, calling numbers and leased lines",
        ),
    )


@hookimpl
def fanzha_derived_functions() -> Mapping[str, DerivedFunction]:
    """Name the computations of this domain."""
    return {
        "full_years_after": DerivedFunction(
            full_years_after,
            ("date", "date"),
            "integer",
            Text(
                zh="自某日之后到另一日已届满的整年数（期间最后一日计满）",
                en="Full years passed after a day, the last day of each year counted in full",
            ),
            "years",
        ),
    }
