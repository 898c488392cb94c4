"""`/v1/reports`: what was checked in a period, what was breached, what may follow."""

from __future__ import annotations

from datetime import date

from flask import Response

from fanzha import errors
from fanzha.errors import Location, WrongQuery
from fanzha.model.access import Scope
from fanzha.model.text import Text
from fanzha.usecases.list_decisions import read_day
from fanzha.web.answers import answer
from fanzha.web.context import asked_of_list, service
from fanzha.web.documentation import Resource, described
from fanzha.web.reading import reader
from fanzha.web.request import current_request
from fanzha.web.schemas.report import ReportShape

QUERY = {
    "institution": Text(
        zh="机构编号，缺省为密钥所属机构", en="id of the institution; by default the key's own"
    ),
    "from": Text(zh="行为的第一天（必填）", en="first day of the acts; required"),
    "to": Text(zh="行为的最后一天（必填）", en="last day of the acts; required"),
}
_DAY = {"type": "string", "format": "date"}

blueprint = Resource("reports", Text(zh="报告", en="Reports"))


@blueprint.route("/v1/reports")
@described(
    Text(zh="编制报告", en="Make a report"),
    Text(
        zh="一家机构在某期间的检查、违反、罚款敞口、未届满的期限和所依规则。"
        "机构取得本机构的报告，监管机关取得所监管机构的报告；页面和表格由 fanzha report 生成。"
        "报告中列出的每项决定都记录一次查阅，用途写在请求头 `X-Purpose`。",
        en="The checks of one institution in a period, its breaches, exposure, running deadlines "
        "and the rules applied. An institution gets its own, a regulator those of the "
        "institutions it supervises; `fanzha report` makes the page and the table. Each decision "
        "that it names is recorded as read, for the purpose of the header `X-Purpose`.",
    ),
    answer=ReportShape,
    query=QUERY,
    query_schemas={"from": _DAY, "to": _DAY},
    refusals=(
        errors.WrongQuery,
        errors.NotAuthenticated,
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.WrongInstitution,
        errors.NotFound,
        errors.BadDate,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def get_report() -> Response:
    """Answer the report."""
    asked, _ = asked_of_list(Scope.DECISIONS_READ)
    institution = asked.get("institution")
    current_request().refuse_unknown_query(QUERY)
    if institution is None:
        raise _missing("institution", QUERY["institution"])
    days = (_asked_day("from"), _asked_day("to"))
    return answer(service().report(institution, *days, reader()))


def _asked_day(name: str) -> date:
    word = current_request().args.get(name)
    if word is None:
        raise _missing(name, Text(zh="写作 2026-03-02", en="write it as 2026-03-02"))
    return read_day(name, word)


def _missing(name: str, hint: Text) -> WrongQuery:
    return WrongQuery(
        Text(zh=f"缺少 `{name}`", en=f"`{name}` is missing"), hint=hint, where=Location(path=name)
    )
