"""The securities plugin keeps the contract of plugins, and answers over HTTP."""

from __future__ import annotations

from typing import Any

from fanzha.testing import PluginContract, Post

ROLES = ["securities_broker", "internet_service_provider"]
TRANSFER: dict[str, Any] = {
    "domain": "securities",
    "check_type": "fund_transfer",
    "stage": "proposed",
    "occurred_at": "2026-03-02T10:15:00+08:00",
    "facts": {
        "securities_transfer_kind": "bank_to_securities",
        "securities_transfer_profile": "fits",
        "securities_counterparty_screening_result": "no_hit",
        "securities_suspicion_confirmed": False,
        "securities_transfer_record_retention_years": 10,
        "securities_restriction_applied": False,
        "securities_fraud_prompt_shown": True,
    },
}


class TestPlugin(PluginContract):
    plugin = "securities"

    def test_a_clean_transfer_may_go_on(self, post: Post) -> None:
        assert post(TRANSFER, roles=ROLES)["advice"] == "proceed"

    def test_a_prompt_that_is_missing_can_be_made_up(self, post: Post) -> None:
        facts = {**TRANSFER["facts"], "securities_fraud_prompt_shown": False}
        decision = post({**TRANSFER, "facts": facts}, roles=ROLES)
        assert decision["advice"] == "proceed_with"
        measures = [each for one in decision["obligations"] for each in one.get("measures", [])]
        assert [each["fact"] for each in measures] == ["securities_fraud_prompt_shown"]

    def test_who_provides_no_online_services_owes_no_prompt(self, post: Post) -> None:
        facts = {**TRANSFER["facts"], "securities_fraud_prompt_shown": False}
        decision = post({**TRANSFER, "facts": facts}, roles=["securities_broker"])
        assert decision["advice"] == "proceed"

    def test_an_identity_number_is_never_shown(self, post: Post) -> None:
        opening = {
            **TRANSFER,
            "check_type": "account_opening",
            "facts": {"securities_id_number": "11010519491231002X"},
        }
        assert "11010519491231002X" not in str(post(opening, roles=ROLES))
