"""GET /openapi.json, /docs and /docs/errors: the service describes itself, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from fanzha import errors
from fanzha.web.pages import error_codes
from tests.web.places import assert_fits, assert_problem

Json = dict[str, Any]
CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("[A-Za-z]{2}")


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_it_is_an_openapi_document_of_version_3_1(document: Json) -> None:
    assert document["openapi"] == "3.1.0"
    assert set(document["info"]) >= {"title", "version"}
    for _, _, operation in operations(document):
        assert operation["responses"]
        assert all("description" in each for each in operation["responses"].values())


def test_every_route_is_in_it_and_every_path_is_a_route(app: Flask, document: Json) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(document)} == routes


def test_every_reference_leads_somewhere(document: Json) -> None:
    named = document["components"]["schemas"]
    found = set(references(document))
    assert found
    assert {each.rpartition("/")[2] for each in found} <= set(named)


def test_every_form_is_a_json_schema(document: Json) -> None:
    for name, form in document["components"]["schemas"].items():
        assert validator_for(form, Draft202012Validator) is Draft202012Validator
        Draft202012Validator.check_schema(form)
        assert form["additionalProperties"] is False, name


def test_everything_is_told_in_chinese_and_english(document: Json) -> None:
    texts = [document["info"]["title"], document["info"]["description"]]
    for path, method, operation in operations(document):
        texts += [operation["summary"], operation["description"]]
        assert operation["tags"], (path, method)
        texts += [each["description"] for each in operation.get("parameters", [])]
        texts += [each["description"] for each in operation["responses"].values()]
    for item in document["paths"].values():
        texts += [each["description"] for each in item.get("parameters", [])]
    for form in document["components"]["schemas"].values():
        for field in form["properties"].values():
            texts.append(field.get("description") or field["title"])
    for text in texts:
        assert CHINESE.search(text), text
        assert ENGLISH.search(text), text


def test_calls_that_need_a_key_say_so(client: FlaskClient, document: Json) -> None:
    for path, method, operation in operations(document):
        answer = client.open(re.sub(r"{\w+}", "x", path), method=method.upper())
        assert (answer.status_code == 401) is bool(operation.get("security")), path
        assert ("401" in operation["responses"]) is bool(operation.get("security")), path


def test_a_check_in_the_document_has_the_fields_that_are_read(document: Json, check: Json) -> None:
    form = document["components"]["schemas"]["CheckForm"]
    assert not [each.message for each in Draft202012Validator(form).iter_errors(check)]
    assert form["properties"]["facts"]["maxProperties"] == 1000


class Page(HTMLParser):
    """What a page holds: ids, links, and whatever it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if found.get("id"):
            self.ids.add(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))
        elif "src" in found or "href" in found or tag in {"script", "link", "iframe", "object"}:
            self.loads.append(tag)


@pytest.mark.parametrize("path", ["/docs", "/docs/errors"])
def test_a_page_loads_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    page = Page(answer.text)
    assert not page.loads
    assert "http" not in "".join(page.links)
    assert "@import" not in answer.text
    assert "url(" not in answer.text


def test_the_page_shows_every_call_and_its_links_lead_somewhere(
    client: FlaskClient, document: Json
) -> None:
    answer = client.get("/docs")
    page = Page(answer.text)
    for path, method, operation in operations(document):
        assert f"{method}-{path}" in page.ids
        assert operation["summary"].partition(" / ")[0] in answer.text
    for link in page.links:
        assert link[1:] in page.ids if link.startswith("#") else client.get(link).status_code == 200


def test_the_page_of_codes_has_every_code_that_an_answer_can_carry(client: FlaskClient) -> None:
    page = Page(client.get("/docs/errors").text)
    codes = {each["code"] for each in error_codes()}
    assert codes <= page.ids
    assert {errors.UnknownFact.code, errors.StoreUnavailable.code, "internal", "invalid"} <= codes
    assert "plugin_invalid" not in codes


def test_codes_in_the_document_are_on_the_page_of_codes(document: Json) -> None:
    codes = {each["code"] for each in error_codes()}
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if status != "200":
                assert set(re.findall(r"`(\w+)`", response["description"])) <= codes


def test_a_problem_has_the_form_of_the_document(client: FlaskClient, document: Json) -> None:
    for path in ("/nowhere", "/v1/checks", "/v1/domains?x=1", "/v1/obligations?as_of=x"):
        assert_fits(client.get(path).get_json(), "Problem", document)


def test_an_unknown_address_is_a_problem_too(client: FlaskClient) -> None:
    assert_problem(client.get("/docs/nothing"), 404, "address_unknown")
