"""Where the tests find what they post, and how they read an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

EXAMPLES = Path(__file__).parents[2] / "examples"
INSTITUTIONS = EXAMPLES / "institutions.yaml"
CLEAN_CHECK = (
    EXAMPLES / "telecom" / "phone_card_registration" / "new-card-in-shop.done.compliant.json"
)

Json = dict[str, Any]


def assert_problem(answer: Any, status: int, code: str) -> Json:
    """The answer is a problem of this status and code, in the one form; return it."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem: Json = answer.get_json()
    assert problem["code"] == code, problem
    assert problem["status"] == status
    assert problem["type"] == f"/docs/errors#{code}"
    assert problem["instance"] == answer.headers["X-Request-Id"]
    assert " / " in problem["title"]
    assert " / " in problem["detail"]
    assert problem["errors"]
    for each in problem["errors"]:
        assert set(each["message"]) == {"zh", "en"}
        assert set(each["hint"]) == {"zh", "en"}, f"no hint: {each}"
    return problem


def assert_fits(value: Any, name: str, document: Json) -> None:
    """The value has the form of that name in the OpenAPI document."""
    registry = Registry().with_resource(
        "urn:openapi", Resource.from_contents(document, default_specification=DRAFT202012)
    )
    validator = Draft202012Validator(
        {"$ref": f"urn:openapi#/components/schemas/{name}"},
        registry=registry,
        format_checker=FormatChecker(),
    )
    mistakes = [f"{each.json_path}: {each.message[:300]}" for each in validator.iter_errors(value)]
    assert not mistakes, "\n".join(mistakes)
