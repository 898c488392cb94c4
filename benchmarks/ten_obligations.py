"""Ten obligations in plain conditions that every engine compared here can read."""

from __future__ import annotations

from typing import Any

APPLIES_AND_VIOLATED = (
    ("is_atm_transfer", "credit_delay_hours < 24"),
    ("is_atm_transfer and payee_is_other", "not cancel_offered"),
    ("channel == 'online' and amount_fen > 5000000", "factor_count < 2"),
    ("account_class == 'class_2'", "day_total_fen > 1000000"),
    ("account_class == 'class_3'", "day_total_fen > 200000"),
    ("account_class == 'class_3' and channel == 'online'", "balance_fen > 200000"),
    ("flag_raised", "not measures_taken"),
    ("flag_raised and measures_taken", "not customer_told"),
    ("amount_fen >= 20000000", "not large_report_sent"),
    ("channel in ['atm', 'online']", "not receipt_sent or not record_kept"),
)

FACTS: dict[str, Any] = {
    "is_atm_transfer": True,
    "payee_is_other": True,
    "credit_delay_hours": 24,
    "cancel_offered": True,
    "channel": "online",
    "amount_fen": 6_000_000,
    "factor_count": 2,
    "account_class": "class_2",
    "day_total_fen": 900_000,
    "balance_fen": 100_000,
    "flag_raised": False,
    "measures_taken": False,
    "customer_told": False,
    "large_report_sent": False,
    "receipt_sent": True,
    "record_kept": True,
}


def expected() -> list[str]:
    """Return the statuses that follow, worked out by Python itself."""
    statuses = []
    for applies, violated in APPLIES_AND_VIOLATED:
        if not eval(applies, {}, dict(FACTS)):
            statuses.append("not_applicable")
        else:
            statuses.append("violated" if eval(violated, {}, dict(FACTS)) else "fulfilled")
    return statuses
