"""Banking: transactions and police orders under the Anti-Telecom and Online Fraud Law."""

from __future__ import annotations

from collections.abc import Mapping

from fanzha import rulesets_folder
from fanzha.plugins import DerivedFunction, Domain, Text, hookimpl
from fanzha_banking.derived import months_begun


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
        )
    }
