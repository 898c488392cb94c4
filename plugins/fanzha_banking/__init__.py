"""Banking: transactions and police orders under the Anti-Telecom and Online Fraud Law."""

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
            zh="银行的转账、现金和消费交易，以及公安机关的查询、止付、冻结、解冻和返还指令",
            en="A bank's transfers, cash and purchases, and police orders to query, stop, freeze, "
            "release and refund",
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
