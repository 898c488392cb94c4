"""`/v1/check-types/{domain}/{check_type}`: how a check of this type is posted."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.model.text import Text
from fanzha.usecases import catalogue
from fanzha.web.answers import answer
from fanzha.web.context import asked_day, service
from fanzha.web.documentation import Resource, described, in_path
from fanzha.web.law_query import AS_OF, AS_OF_SCHEMA
from fanzha.web.request import current_request
from fanzha.web.schemas.catalogue import CheckTypeShape

blueprint = Resource("check types", Text(zh="检查类型", en="Check types"))


@blueprint.route(
    "/v1/check-types/<domain>/<check_type>",
    parameters=[
        *in_path("domain", Text(zh="领域", en="domain")),
        *in_path("check_type", Text(zh="检查类型", en="check type")),
    ],
)
@described(
    Text(zh="查看一种检查类型", en="Read a check type"),
    Text(
        zh="合同版本、产生的义务，以及该日应提交的事实和处罚情节（JSON Schema 2020-12）。",
        en="Its contracts, the obligations it raises, and the facts and circumstances that rules "
        "read on that day, as JSON Schema 2020-12.",
    ),
    answer=CheckTypeShape,
    query=AS_OF,
    query_schemas=AS_OF_SCHEMA,
    refusals=(
        errors.WrongQuery,
        errors.UnknownDomain,
        errors.UnknownCheckType,
        errors.BadDate,
    ),
)
def get_check_type(domain: str, check_type: str) -> Response:
    """Answer all that is needed to post a check of this type."""
    current_request().refuse_unknown_query(AS_OF)
    return answer(catalogue.check_type(service().rulebook, domain, check_type, asked_day()))
