"""Banking: accounts, transactions, merchants and police orders under the anti-fraud law."""

from __future__ import annotations

from fanzha import rulesets_folder
from fanzha.plugins import Domain, Text, hookimpl

FANZHA_API = 1
"""The version of the plugin API that this is written for."""


@hookimpl
def fanzha_domain() -> Domain:
    """Bring the banking domain."""
    return Domain(
        name="banking",
        title=Text(zh="银行", en="Banking"),
        prefix="banking",
        check_types=rulesets_folder() / "check_types" / "banking.yaml",
        summary=Text(
            zh="银行的开户、账户监测、交易、商户收单、报告、资料保存和申诉，以及公安机关的指令",
            en="A bank's accounts, their monitoring, transactions, merchants, reports, records and "
            "appeals, and police orders",
        ),
    )
