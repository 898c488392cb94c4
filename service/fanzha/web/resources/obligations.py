"""`/v1/obligations`: the obligations in force on a day."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.model.text import Text
from fanzha.usecases import catalogue
from fanzha.web.answers import answer
from fanzha.web.context import asked_day, asked_selection, service
from fanzha.web.documentation import Resource, described, in_path
from fanzha.web.law_query import AS_OF, AS_OF_SCHEMA, PARTS
from fanzha.web.request import current_request
from fanzha.web.schemas.catalogue import ObligationDetailShape, ObligationsShape

blueprint = Resource("obligations", Text(zh="义务", en="Obligations"))


@blueprint.route("/v1/obligations")
@described(
    Text(zh="列出义务", en="List obligations"),
    Text(
        zh="该日生效的义务：依据、主体、适用条件与违反条件。",
        en="The obligations in force that day: what they rest on, whom they bind, when they apply "
        "and when they are violated.",
    ),
    answer=ObligationsShape,
    query=PARTS,
    query_schemas=AS_OF_SCHEMA,
    refusals=(
        errors.WrongQuery,
        errors.UnknownDomain,
        errors.UnknownCheckType,
        errors.BadDate,
    ),
)
def list_obligations() -> Response:
    """Answer the obligations in force."""
    current_request().refuse_unknown_query(PARTS)
    day = asked_day()
    found = catalogue.obligations(service().rulebook, day, asked_selection())
    return answer({"as_of": day.isoformat(), "obligations": found})


@blueprint.route(
    "/v1/obligations/<obligation_id>",
    parameters=in_path("obligation_id", Text(zh="义务编号", en="id of the obligation")),
)
@described(
    Text(zh="查看一项义务", en="Read an obligation"),
    Text(
        zh="义务及其读取的事实、参数和要件定义；该日不生效的视为不存在，并说明其生效期间。",
        en="The obligation with the facts, numbers and definitions it names. One that is not in "
        "force that day is not found, and the answer says when it is.",
    ),
    answer=ObligationDetailShape,
    query=AS_OF,
    query_schemas=AS_OF_SCHEMA,
    refusals=(errors.WrongQuery, errors.NotFound, errors.BadDate),
)
def get_obligation(obligation_id: str) -> Response:
    """Answer one obligation with what it names."""
    current_request().refuse_unknown_query(AS_OF)
    return answer(catalogue.obligation(service().rulebook, obligation_id, asked_day()))
