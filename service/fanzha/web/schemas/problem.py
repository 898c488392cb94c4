"""The form of every error."""

from __future__ import annotations

from fanzha.web.schemas.shape import Shape, many, number, one, text, word


class PlaceShape(Shape):
    """Where something is wrong."""

    path = word("请求中的位置", "place in the request", required=False)
    file = word("文件", "file", required=False)
    line = number("行", "line", required=False)
    column = number("列", "column", required=False)


class MistakeShape(Shape):
    """One thing that is wrong."""

    code = word("错误代码", "stable code")
    message = text("错误内容", "what is wrong")
    hint = text("如何更正", "what to do", required=False)
    where = one(PlaceShape, "位置", "where it is", required=False)


class ProblemShape(Shape):
    """Problem details, RFC 9457."""

    type = word("错误说明的地址", "address of what the code means")
    title = word("错误名称", "what kind of error it is")
    status = number("HTTP 状态码", "the HTTP status")
    code = word("错误代码", "stable code: programs decide by it")
    detail = word("错误内容与如何更正", "what is wrong and what to do")
    instance = word("请求编号", "id of the request, also in X-Request-Id")
    errors = many(MistakeShape, "全部错误", "everything that is wrong")
