"""Errors of HTTP itself, for which the rest of the service has no word."""

from __future__ import annotations

from fanzha.errors import FanzhaError, RequestError
from fanzha.model.text import Text


class BadRequest(RequestError):
    """A request that is broken below the level of JSON, or ended before its body did."""

    code = "request_broken"
    title = Text(zh="请求不完整或无法读取", en="The request is incomplete or cannot be read")
    http_status = 400


class AddressUnknown(RequestError):
    """No resource has this address."""

    code = "address_unknown"
    title = Text(zh="没有此地址", en="No such address")
    http_status = 404


class MethodNotAllowed(RequestError):
    """The resource is there, and does not take this method."""

    code = "method_not_allowed"
    title = Text(zh="该地址不接受此方法", en="The address does not take this method")
    http_status = 405


class MediaTypeUnsupported(RequestError):
    """The body is said to be something else than JSON."""

    code = "media_type_unsupported"
    title = Text(zh="请求体的类型不受支持", en="Unsupported type of body")
    http_status = 415


class Internal(FanzhaError):
    """A mistake of ours: the log has it, the answer does not."""

    code = "internal"
    title = Text(zh="服务内部错误", en="Internal error")
    http_status = 500
