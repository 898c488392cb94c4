"""`/v1/parameters`: the parameters in force on a day."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.model.text import Text
from fanzha.usecases import catalogue
from fanzha.web.answers import answer
from fanzha.web.context import asked_day, asked_selection, service
from fanzha.web.documentation import Resource, described
from fanzha.web.law_query import AS_OF_SCHEMA, PARTS
from fanzha.web.request import current_request
from fanzha.web.schemas.catalogue import ParametersShape

blueprint = Resource("parameters", Text(zh="参数", en="Parameters"))


@blueprint.route("/v1/parameters")
@described(
    Text(zh="列出参数", en="List parameters"),
    Text(
        zh="该日生效的法定数值及来源；按领域或检查类型筛选时，只列其规则读取的。",
        en="The numbers in force that day with their sources; by domain or check type, those that "
        "its rules read.",
    ),
    answer=ParametersShape,
    query=PARTS,
    query_schemas=AS_OF_SCHEMA,
    refusals=(
        errors.WrongQuery,
        errors.UnknownDomain,
        errors.UnknownCheckType,
        errors.BadDate,
    ),
)
def list_parameters() -> Response:
    """Answer the numbers in force."""
    current_request().refuse_unknown_query(PARTS)
    day = asked_day()
    found = catalogue.parameters(service().rulebook, day, asked_selection())
    return answer({"as_of": day.isoformat(), "parameters": found})
