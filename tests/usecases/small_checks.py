"""Checks of the small law: each is sound as it stands, and tests say what they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fanzha.application import Application
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.plugins.contributions import DerivedFunction
from fanzha.plugins.host import LoadedPlugins
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.loader import load_law
from fanzha.settings import Settings
from fanzha.usecases.derived_functions import BUILT_IN
from fanzha.usecases.rulebook import Rulebook, rulebook_of

Json = dict[str, Any]

SMALL_LAW = RuleFolder("small_law", Path(__file__).parent / "small_law")
NOW = datetime.fromisoformat("2026-03-02T12:00:00+08:00")

NO_PLUGINS = LoadedPlugins((), (), {}, (), {}, ())

INSTITUTIONS = {
    id_: Institution(id_, Text(zh=id_, en=id_), (role,))
    for id_, role in (("seller-1", "seller"), ("stall-1", "market_stall"), ("carrier-1", "carrier"))
}

SOUND_SALE: Mapping[str, Any] = {
    "sold": True,
    "tickets_held": 1,
    "identity_checked": True,
    "document_result": "match",
    "ticket_class": "second",
    "price_fen": 8000,
    "sale_refused": False,
    "buyer_name": "Lin Example",
    "document_name": "LIN example",
    "risk_signals": 1,
    "buyer_warned": True,
    "price_changed_at": "2026-02-01T08:00:00+08:00",
    "price_shown_at": "2026-02-01T08:10:00+08:00",
}
NO_ORDER: Mapping[str, Any] = {
    "order_relevant": False,
    "incident_relevant": False,
    "objection_relevant": False,
    "ending_relevant": False,
}


def score(signals: int) -> int:
    """Stand for a plugin's computation: so many points for each signal."""
    return signals * 20


def small_rulebook(function: Callable[..., Any] = score) -> Rulebook:
    """Return the small law; `function` is what the plugin `testing` computes the score with."""
    contributed = DerivedFunction(function, ("integer",), "integer", Text(zh="分", en="Points"))
    functions = {**BUILT_IN, "testing_score": contributed}
    owners = {**dict.fromkeys(BUILT_IN, "fanzha"), "testing_score": "testing"}
    law = load_law([SMALL_LAW], functions=functions)
    return rulebook_of(law, NO_PLUGINS, functions, owners, editions=16)


def application_of(rulebook: Rulebook, now: datetime = NOW) -> Application:
    """Return an application that keeps nothing and whose clock stands still."""
    return Application(
        Settings.from_environment({}), rulebook, institutions=INSTITUTIONS, clock=lambda: now
    )


def sale(*without: str, changed: Mapping[str, Any] | None = None, **facts: Any) -> Json:
    """Return a sound sale with other facts, without some, and with other fields of the check."""
    return _check("sale", {**SOUND_SALE, **facts}, without, changed)


def order(*without: str, changed: Mapping[str, Any] | None = None, **facts: Any) -> Json:
    """Return a check to which no order, incident, objection or ending belongs but those given."""
    return _check("order", {**NO_ORDER, **facts}, without, changed)


def _check(
    check_type: str, facts: Json, without: tuple[str, ...], changed: Mapping[str, Any] | None
) -> Json:
    return {
        "domain": "testing",
        "check_type": check_type,
        "stage": "done",
        "institution": "seller-1",
        "occurred_at": "2026-03-02T10:00:00+08:00",
        "facts": {name: value for name, value in facts.items() if name not in without},
        **(changed or {}),
    }


def statuses(decision: Json) -> dict[str, str]:
    """Return the status of each obligation in scope."""
    return {each["id"]: each["status"] for each in decision["obligations"]}


def obligation(decision: Json, id_: str) -> Json:
    """Return what the decision says of one obligation."""
    found: Json = next(each for each in decision["obligations"] if each["id"] == id_)
    return found


def liability(decision: Json, id_: str) -> Json:
    """Return what the decision says of one liability."""
    found: Json = next(each for each in decision["liabilities"] if each["id"] == id_)
    return found
