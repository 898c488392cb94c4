"""Makes the pages of documentation from the OpenAPI document; they load nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, render_template

import fanzha
from fanzha.errors import FanzhaError, PluginError, RulesetError, SettingError

Json = dict[str, Any]

_NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_MESSAGES_OF_THE_START = (PluginError, RulesetError, SettingError)


def answer_page(template: str, values: Mapping[str, Any]) -> Response:
    """Return a page, which may run no script and load nothing."""
    page = render_template(template, version=fanzha.__version__, **values)
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _NO_SCRIPTS
    return response


def documentation(document: Json) -> Json:
    """Return what the page of endpoints shows: operations and the forms that they name."""
    schemas = document["components"]["schemas"]
    return {
        "title": _languages(document["info"]["title"]),
        "introduction": _languages(document["info"]["description"]),
        "operations": [
            _operation(method, path, operation, item.get("parameters", []))
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
        ],
        "forms": [{"name": name, "fields": _fields(form)} for name, form in schemas.items()],
    }


def error_codes() -> list[Json]:
    """Return every code that an answer can carry, with its title and status."""
    found = {each.code: each for each in _kinds(FanzhaError)}
    return [
        {"code": code, "title": each.title.as_json(), "status": each.http_status}
        for code, each in sorted(found.items())
    ]


def _kinds(kind: type[FanzhaError]) -> Iterator[type[FanzhaError]]:
    for each in kind.__subclasses__():
        # What is named, not what only groups others; mistakes in files never reach a request.
        if "code" in vars(each) and not issubclass(each, _MESSAGES_OF_THE_START):
            yield each
        yield from _kinds(each)


def _operation(method: str, path: str, operation: Json, path_parameters: list[Json]) -> Json:
    return {
        "id": f"{method}-{path}",
        "method": method.upper(),
        "path": path,
        "summary": _languages(operation["summary"]),
        "description": _languages(operation["description"]),
        "needs_key": bool(operation.get("security")),
        "parameters": [
            {"name": each["name"], "in": each["in"], "text": _languages(each["description"])}
            for each in (*path_parameters, *operation.get("parameters", []))
        ],
        "takes": _form(operation.get("requestBody", {})),
        "responses": [
            {"status": status, "text": _languages(each["description"]), "form": _form(each)}
            for status, each in operation["responses"].items()
        ],
    }


def _form(holder: Json) -> str | None:
    for media in holder.get("content", {}).values():
        name = _named(media["schema"])
        if name is not None:
            return name
    return None


def _named(schema: Json) -> str | None:
    """Return the name of the form that a schema refers to, also as a list or as one of two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [schema.get("items"), *schema.get("anyOf", []), *schema.get("allOf", [])]
    return next((name for each in inner if each and (name := _named(each))), None)


def _fields(form: Json) -> list[Json]:
    required = form.get("required", [])
    return [
        {
            "name": name,
            "required": name in required,
            "type": _type(field),
            "form": _named(field),
            "text": _languages(field.get("description") or field.get("title") or ""),
        }
        for name, field in form["properties"].items()
    ]


def _type(field: Json) -> str:
    type_ = field.get("type", "")
    shown = " | ".join(type_) if isinstance(type_, list) else type_
    if "enum" in field:
        shown += ": " + ", ".join(str(each) for each in field["enum"])
    elif "format" in field:
        shown += f" ({field['format']})"
    return shown


def _languages(text: str) -> Json:
    """Take apart what stands as `zh / en`, or as one paragraph each."""
    zh, separator, en = text.partition("\n\n" if "\n\n" in text else " / ")
    return {"zh": zh, "en": en if separator else ""}
