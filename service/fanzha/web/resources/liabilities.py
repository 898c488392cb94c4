"""`/v1/liabilities`: the liabilities in force on a day."""

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
from fanzha.web.schemas.catalogue import LiabilitiesShape

blueprint = Resource("liabilities", Text(zh="责任条款", en="Liabilities"))


@blueprint.route("/v1/liabilities")
@described(
    Text(zh="列出责任条款", en="List liabilities"),
    Text(
        zh="该日生效的责任条款及其档次；按领域或检查类型筛选时，只列其义务可能引起的。",
        en="The liabilities in force that day with their grades; by domain or check type, those "
        "that its obligations can bring.",
    ),
    answer=LiabilitiesShape,
    query=PARTS,
    query_schemas=AS_OF_SCHEMA,
    refusals=(
        errors.WrongQuery,
        errors.UnknownDomain,
        errors.UnknownCheckType,
        errors.BadDate,
    ),
)
def list_liabilities() -> Response:
    """Answer the liabilities in force."""
    current_request().refuse_unknown_query(PARTS)
    day = asked_day()
    found = catalogue.liabilities(service().rulebook, day, asked_selection())
    return answer({"as_of": day.isoformat(), "liabilities": found})
