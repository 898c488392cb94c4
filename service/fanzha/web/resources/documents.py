"""`/openapi.json`, `/docs` and `/docs/errors`: the service's description of itself."""

from __future__ import annotations

from flask import Response

from fanzha.model.text import Text
from fanzha.web import pages
from fanzha.web.answers import answer
from fanzha.web.documentation import Resource, described
from fanzha.web.openapi import openapi_document

blueprint = Resource("documents", Text(zh="文档", en="Documents"))


@blueprint.route("/openapi.json")
@described(
    Text(zh="OpenAPI 文档", en="The OpenAPI document"),
    Text(zh="全部接口的机器可读说明（3.1 版）。", en="All calls, for programs to read (3.1)."),
)
def get_openapi() -> Response:
    """Answer the OpenAPI document."""
    return answer(openapi_document())


@blueprint.route("/docs")
@described(
    Text(zh="接口文档页面", en="The page of documentation"),
    Text(
        zh="由 OpenAPI 文档生成，不需要网络。",
        en="Made from the OpenAPI document; it loads nothing from elsewhere.",
    ),
    media_type="text/html",
)
def get_docs() -> Response:
    """Answer the page of endpoints."""
    return pages.answer_page("docs.html", pages.documentation(openapi_document()))


@blueprint.route("/docs/errors")
@described(
    Text(zh="错误代码页面", en="The page of error codes"),
    Text(zh="每个错误代码的含义和 HTTP 状态码。", en="What each code means, and its status."),
    media_type="text/html",
)
def get_errors() -> Response:
    """Answer the page of error codes."""
    return pages.answer_page("errors.html", {"errors": pages.error_codes()})
