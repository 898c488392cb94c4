"""`/v1/coverage`: which provisions of a law are encoded, by what, and proved by which cases."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.model.text import Text
from fanzha.usecases.coverage import LAW
from fanzha.web.answers import answer
from fanzha.web.context import service
from fanzha.web.documentation import Resource, described
from fanzha.web.request import current_request
from fanzha.web.schemas.coverage import CoverageShape

QUERY = {
    "law": Text(zh=f"法律文件，缺省为 {LAW}", en=f"the instrument; by default {LAW}"),
}

blueprint = Resource("coverage", Text(zh="覆盖情况", en="Coverage"))


@blueprint.route("/v1/coverage")
@described(
    Text(zh="法律的覆盖情况", en="Coverage of a law"),
    Text(
        zh="每一条规范由哪些义务和定义编码、由哪些检查类型判断、有多少案例证明；未编码的说明理由，"
        "没有理由的列为缺失。另列每个参数由哪些规则读取。",
        en="For each provision the obligations and definitions that encode it, the check types "
        "that judge it and how many cases prove it; what is not encoded says why, or is missing. "
        "Also which rules read each parameter.",
    ),
    answer=CoverageShape,
    query=QUERY,
    refusals=(errors.WrongQuery, errors.NotFound),
)
def get_coverage() -> Response:
    """Answer the account of a law."""
    request = current_request()
    request.refuse_unknown_query(QUERY)
    return answer(service().coverage(request.args.get("law", LAW)))
