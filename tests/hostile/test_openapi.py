"""What the OpenAPI document describes is called with what it allows and with what it does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fanzha.application import Application
from fanzha.records import Records
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from fanzha.web import create_app

EXAMPLES = 5
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
POSITIVE, NEGATIVE = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


def _addresses(rulebook: Rulebook) -> set[str]:
    app = create_app(Application(Settings.from_environment({}), rulebook))
    return {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("caller", "mode"),
    [
        ("institution", POSITIVE),
        ("institution", NEGATIVE),
        ("operator", POSITIVE),
        ("nobody", NEGATIVE),
    ],
    ids=lambda each: str(getattr(each, "value", each)),
)
def test_every_call_is_answered_as_it_is_described(
    app: Flask,
    records: Records,
    caller: str,
    mode: schemathesis.GenerationMode,
    stored: Callable[[], int],
    rulebook: Rulebook,
) -> None:
    headers = _headers(caller, records)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]
    calls = {each.label: _call(each, mode, headers) for each in operations}
    # The document itself is where it starts from.
    assert {each.path for each in operations} == _addresses(rulebook) - {"/openapi.json"}
    # What takes a body or a query was called with wrong ones.
    assert sum(count > 0 for count in calls.values()) >= 12, calls
    assert calls["POST /v1/checks"] >= EXAMPLES
    assert stored() == 0


def _call(operation: Any, mode: schemathesis.GenerationMode, headers: dict[str, str]) -> int:
    """Call it with examples; return how many there were."""
    called = 0

    # The same examples each time: a failure is one that everybody sees.
    @settings(
        max_examples=EXAMPLES if mode is POSITIVE else 4 * EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        nonlocal called
        case.call_and_validate(checks=list(CHECKS), headers=headers)
        called += 1

    try:
        call()
    except Unsatisfiable:
        # It takes nothing, so nothing that is wrong can be sent to it.
        assert mode is NEGATIVE
    return called


def _headers(caller: str, records: Records) -> dict[str, str]:
    if caller == "nobody":
        return {}
    if caller == "operator":
        return {"Authorization": f"Bearer {records.keys.create_operator('test')}"}
    return {"Authorization": f"Bearer {records.keys.create('telecom-001', 'test')}"}
