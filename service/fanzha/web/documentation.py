"""Describes every endpoint in the OpenAPI document, in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from apispec import BasePlugin
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

import fanzha
from fanzha import errors
from fanzha.errors import FanzhaError
from fanzha.model.text import Text
from fanzha.records import idempotency
from fanzha.usecases.paging import limit_by_default
from fanzha.web.answers import JSON
from fanzha.web.schemas.problem import ProblemShape

Json = dict[str, Any]
View = TypeVar("View", bound=Callable[..., Any])

OPENAPI = "3.1.0"
KEY = "key"
PROBLEM = "application/problem+json"

TITLE = Text(zh="反诈合规判断服务", en="fanzha: decisions under the Anti-Telecom Fraud Law")
_DESCRIPTION = Text(
    zh="依据《反电信网络诈骗法》及配套规定，判断一项行为是否合规、还缺什么、可能承担什么责任。"
    "错误一律以 RFC 9457 的形式答复，`code` 稳定不变。",
    en="Says of one act which duties of the Anti-Telecom and Online Fraud Law and its delegated "
    "rules bind, whether they are met, what is missing, and what liability follows. Every error "
    "is answered as RFC 9457 problem details with a stable `code`.",
)


_IDEMPOTENCY_KEY: Json = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "重试时用同一个键：不再重做，答复与首次相同 / "
    "the same key on a retry: nothing is done again, and the answer is the first one",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": idempotency.LENGTH_AT_MOST,
        "pattern": "^[!-~]+$",
    },
}
_OF_IDEMPOTENCY_KEYS = (
    errors.IdempotencyKeyMalformed,
    errors.IdempotencyKeyReused,
    errors.DecisionPurged,
)


class _Api(Api):  # type: ignore[misc]
    # Refusals are listed by code instead.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors alone: `fanzha.web.problems` answers all of them in one form."""

    def _register_responses(self) -> None:
        """Describe no answers that the library would give by itself."""

    def _register_pagination_header(self) -> None:
        """Nothing here comes in pages."""

    def _register_etag_headers(self) -> None:
        """Nothing here has entity tags."""


class _PageLimits(BasePlugin):
    """Says how far `limit` goes in this process: a setting, which descriptions do not know."""

    def __init__(self, maximum_page: int) -> None:
        self._schema = {
            "type": "integer",
            "minimum": 1,
            "maximum": maximum_page,
            "default": limit_by_default(maximum_page),
        }

    def operation_helper(self, *_: Any, operations: Json | None = None, **__: Any) -> None:
        """Put it into the operations of a path, which are copies."""
        for operation in (operations or {}).values():
            for each in operation.get("parameters", ()):
                if each["name"] == "limit":
                    each["schema"] = self._schema


def open_documentation(app: Flask, *, maximum_page: int) -> Any:
    """Return the registry of blueprints, which collects the OpenAPI document as it goes."""
    app.config["API_TITLE"] = both(TITLE)
    app.config["API_VERSION"] = fanzha.__version__
    app.config["OPENAPI_VERSION"] = OPENAPI
    api = _Api(
        app,
        spec_kwargs={
            "info": {"description": paragraphs(_DESCRIPTION)},
            "servers": [{"url": "/"}],
            "extra_plugins": [_PageLimits(maximum_page)],
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_name_of),
        },
    )
    api.ma_plugin.converter.add_attribute_function(_count_properties)
    api.spec.components.security_scheme(
        KEY,
        {
            "type": "http",
            "scheme": "bearer",
            "description": "密钥 fz_…，由 fanzha keys create 生成；或 JWT / "
            "a key fz_…, made by fanzha keys create; or a JWT",
        },
    )
    return api


class Resource(Blueprint):  # type: ignore[misc]
    """A blueprint for one resource."""

    def __init__(self, name: str, title: Text) -> None:
        super().__init__(name, __name__, description=both(title))

    def route(
        self, rule: str, *, parameters: list[Json] | None = None, method: str = "GET"
    ) -> Callable[[View], View]:
        """Register a view that has been described; `parameters` tells of words of the address."""
        decorate: Callable[[View], View] = super().route(
            rule, parameters=parameters, methods=[method]
        )
        return decorate


def described(
    summary: Text,
    description: Text,
    *,
    answer: type[Schema] | None = None,
    media_type: str = JSON,
    headers: Mapping[str, Text] | None = None,
    body: type[Schema] | None = None,
    query: Mapping[str, Text] | None = None,
    query_schemas: Mapping[str, Json] | None = None,
    refusals: tuple[type[FanzhaError], ...] = (),
    needs_key: bool = False,
    takes_idempotency_key: bool = False,
    status: int = 200,
) -> Callable[[View], View]:
    """Describe a view: what it answers, takes and refuses. Nothing is converted or checked."""
    schemas = query_schemas or {}
    if needs_key:
        refusals = (*refusals, errors.TokenInvalid, errors.RateExceeded)
    if takes_idempotency_key:
        refusals = (*refusals, *_OF_IDEMPOTENCY_KEYS)
    operation: Json = {
        "summary": both(summary),
        "description": paragraphs(description),
        "responses": {
            str(status): {
                "description": both(Text(zh="成功", en="Success")),
                "content": {media_type: {"schema": answer or {"type": _type_of(media_type)}}},
                **_headers(headers or {}),
            },
            **_refusals(refusals),
        },
    }
    if query:
        operation["parameters"] = [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": both(text),
                "schema": schemas.get(name, {"type": "string"}),
            }
            for name, text in query.items()
        ]
    if takes_idempotency_key:
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    if needs_key:
        operation["security"] = [{KEY: []}]
    decorate: Callable[[View], View] = Blueprint.doc(**operation)
    return decorate


def in_path(name: str, text: Text) -> list[Json]:
    """Return the description of one word of an address."""
    return [{"name": name, "in": "path", "required": True, "description": both(text)}]


def _name_of(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Shape")


def _count_properties(_: Any, field: Any, ret: Json, **__: Any) -> Json:
    # The library says of objects what JSON Schema says of texts only.
    if isinstance(field, fields.Dict) and "maxLength" in ret:
        return {"maxProperties": ret.pop("maxLength")}
    return {}


def both(text: Text) -> str:
    """Return both languages on one line."""
    return f"{text.zh} / {text.en}"


def paragraphs(text: Text) -> str:
    """Return both languages, one paragraph each."""
    return f"{text.zh}\n\n{text.en}"


def _type_of(media_type: str) -> str:
    return "object" if media_type == JSON else "string"


def _headers(headers: Mapping[str, Text]) -> Json:
    shown = {
        name: {"description": both(text), "schema": {"type": "string"}}
        for name, text in headers.items()
    }
    return {"headers": shown} if shown else {}


def _refusals(refusals: tuple[type[FanzhaError], ...]) -> Json:
    by_status: dict[int, list[type[FanzhaError]]] = {}
    for each in refusals:
        by_status.setdefault(each.http_status, []).append(each)
    return {
        str(status): {
            "description": f"{HTTPStatus(status).phrase}: "
            + "; ".join(f"`{each.code}` {both(each.title)}" for each in errors),
            "content": {PROBLEM: {"schema": ProblemShape}},
        }
        for status, errors in sorted(by_status.items())
    }
