"""Answers every error in one form: problem details (RFC 9457) with a stable code."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from fanzha.errors import BodyTooLarge, FanzhaError, Problems
from fanzha.model.text import Text
from fanzha.web import http_errors
from fanzha.web.answers import answer
from fanzha.web.context import service
from fanzha.web.request import current_request

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)


def answer_all_errors(app: Flask) -> None:
    """Register this form for whatever is raised: ours, the library's, and bugs."""
    app.register_error_handler(FanzhaError, _answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_bug)


def _answer(error: FanzhaError) -> Response:
    if error.http_status == http_errors.Internal.http_status:
        return _answer_bug(error)
    response = answer(_problem(error), status=error.http_status, media_type=MEDIA_TYPE)
    if error.http_status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if error.http_status in {429, 503}:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _answer_http(error: HTTPException) -> Response:
    if (error.code or 500) >= 500:
        return _answer_bug(error)
    response = _answer(_in_our_words(error))
    for name, value in error.get_headers():
        # Such as `Allow`; the body and its type are ours.
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _answer_bug(error: Exception) -> Response:
    # The edge: whatever went wrong is told to the operator, and never to the caller.
    _log.error("request %s failed", current_request().id, exc_info=error)
    internal = http_errors.Internal(
        Text(zh="服务内部出错", en="something went wrong inside the service"),
        hint=Text(
            zh="请重试；如仍出错，请将 instance 中的编号交给服务维护人员",
            en="try again; if it persists, give the id in `instance` to whoever runs the service",
        ),
    )
    return answer(_problem(internal), status=internal.http_status, media_type=MEDIA_TYPE)


def _problem(error: FanzhaError) -> dict[str, Any]:
    errors = error.errors if isinstance(error, Problems) else (error,)
    return {
        "type": f"/docs/errors#{error.code}",
        "title": _both(error.title),
        "status": error.http_status,
        "code": error.code,
        "detail": _both(_told(error)),
        "instance": current_request().id,
        "errors": [each.as_json() for each in errors],
    }


def _both(text: Text) -> str:
    return f"{text.zh} / {text.en}"


def _told(error: FanzhaError) -> Text:
    """Return what was wrong with what to do about it."""
    if error.hint is None:
        return error.message
    return Text(
        zh=f"{error.message.zh}；{error.hint.zh}", en=f"{error.message.en}; {error.hint.en}"
    )


def _in_our_words(error: HTTPException) -> FanzhaError:
    request = current_request()
    match error.code:
        case 404:
            return http_errors.AddressUnknown(
                Text(zh="没有此地址", en="there is no such address"),
                hint=Text(zh="全部地址见 /docs", en="/docs lists all addresses"),
            )
        case 405:
            allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
            return http_errors.MethodNotAllowed(
                Text(
                    zh=f"该地址不接受 {request.method[:20]}",
                    en=f"the address does not take {request.method[:20]}",
                ),
                hint=Text(zh=f"可用：{allowed}", en=f"use one of {allowed}"),
            )
        case 413:
            limit = service().settings.maximum_body_bytes
            return BodyTooLarge(
                Text(
                    zh=f"请求体超过上限 {limit} 字节",
                    en=f"the body is over the limit of {limit} bytes",
                ),
                hint=Text(zh="请一次只提交一项检查", en="post one check at a time"),
            )
        case 415:
            return http_errors.MediaTypeUnsupported(
                Text(zh="请求体必须是 JSON", en="the body must be JSON"),
                hint=Text(
                    zh="请发送请求头 Content-Type: application/json",
                    en="send the header Content-Type: application/json",
                ),
            )
    return http_errors.BadRequest(
        Text(zh="请求无法读取", en="the request cannot be read"),
        hint=Text(
            zh="请检查请求头，并将请求体发送完整", en="check its headers, and send all of its body"
        ),
    )
