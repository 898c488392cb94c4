"""Banking: accounts, transactions, merchants and police orders under the anti-fraud law."""

from __future__ import annotations

from collections.abc import Mapping

from fanzha import rulesets_folder
from fanzha.plugins import DerivedFunction, Domain, Text, hookimpl
from fanzha_banking.derived import full_years, months_begun, quarter_months


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


@hookimpl
def fanzha_derived_functions() -> Mapping[str, DerivedFunction]:
    """Bring the computations that banking rules name."""
    return {
        "banking_months_begun": DerivedFunction(
            months_begun,
            "any",
            "integer",
            Text(
                zh="两个时间之间的月数，不足一月按一月计",
                en="Months from the first time to the second, a begun month counting as one",
            ),
            "months",
        ),
        "banking_full_years": DerivedFunction(
            full_years,
            "any",
            "integer",
            Text(
                zh="两个时间之间已满的整年数，首日不计",
                en="Full years from the first time to the second; the first day does not count",
            ),
            "years",
        ),
        "banking_quarter_months": DerivedFunction(
            quarter_months,
            "any",
            "integer",
            Text(
                zh="两个时间所在日历季度相隔的月数",
                en="Months from the calendar quarter of the first time to that of the second",
            ),
            "months",
        ),
    }
