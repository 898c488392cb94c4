"""The telecom domain: cards, calls and the network (ATOFL chapter II)."""

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
            zh="电话卡、物联网卡、主叫号码和线路、非法设备，处置和申诉，资料留存，协助，内部控制",
            en=(
                "Phone and IoT cards, calling numbers and lines, illegal devices, restrictions and "
                "appeals, records, assistance and internal control"
            ),
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
