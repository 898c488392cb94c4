"""The telecom domain: cards, calls and the network (ATOFL chapter II)."""

from __future__ import annotations

from fanzha import rulesets_folder
from fanzha.plugins import Domain, Text, hookimpl

FANZHA_API = 1
"""The version of the plugin API that this is written for."""


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
