"""The internet domain: services, accounts, apps, domain names and support (ATOFL chapter IV)."""

from __future__ import annotations

from fanzha import rulesets_folder
from fanzha.plugins import Domain, Text, hookimpl

FANZHA_API = 1
"""The version of the plugin API that this is written for."""


@hookimpl
def fanzha_domain() -> Domain:
    """Describe the domain."""
    return Domain(
        name="internet",
        title=Text(zh="互联网", en="Internet"),
        prefix="internet",
        check_types=rulesets_folder() / "check_types" / "internet.yaml",
        summary=Text(
            zh="网络服务实名，涉诈账号，应用程序，域名服务，被用于支持诈骗的业务，协助和线索，内部控制，禁止行为",
            en=(
                "True identity for online services, accounts, apps, domain services, services "
                "misused to support fraud, assistance and clues, internal control, and conduct "
                "forbidden to everyone"
            ),
        ),
    )
