"""The payments domain: non-bank payment institutions, their accounts and their merchants."""

from __future__ import annotations

from collections.abc import Mapping

from fanzha import rulesets_folder
from fanzha.plugins import DerivedFunction, Domain, Text, hookimpl
from fanzha_payments.derived import full_months_after


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


@hookimpl
def fanzha_derived_functions() -> Mapping[str, DerivedFunction]:
    """Name the computations of this domain."""
    return {
        "full_months_after": DerivedFunction(
            full_months_after,
            ("date", "date"),
            "integer",
            Text(
                zh="自某日之后到另一日已届满的整月数（期间最后一日计满）",
                en="Full months passed after a day, the last day of each month counted in full",
            ),
            "months",
        ),
    }
