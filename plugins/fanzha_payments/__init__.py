"""The payments domain: non-bank payment institutions, their accounts and their merchants."""

from __future__ import annotations

from fanzha import rulesets_folder
from fanzha.plugins import Domain, Text, hookimpl

FANZHA_API = 1
"""The version of the plugin API that this is written for."""


@hookimpl
def fanzha_domain() -> Domain:
    """Describe the domain."""
    return Domain(
        name="payments",
        title=Text(zh="支付", en="Payments"),
        prefix="payments",
        check_types=rulesets_folder() / "check_types" / "payments.yaml",
        summary=Text(
            zh="非银行支付机构的支付交易、支付账户、商户、公安指令、报告和记录",
            en="Payments, payment accounts, merchants, police orders, reports and records of "
            "non-bank payment institutions",
        ),
    )
