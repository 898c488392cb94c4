"""`/v1/decisions/{id}`: a decision as it was answered."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.model.text import Text
from fanzha.web.answers import answer
from fanzha.web.context import caller, service
from fanzha.web.documentation import Resource, described, in_path
from fanzha.web.request import current_request
from fanzha.web.schemas.decision import DecisionShape

blueprint = Resource("decisions", Text(zh="决定", en="Decisions"))


@blueprint.route(
    "/v1/decisions/<decision_id>",
    parameters=in_path("decision_id", Text(zh="决定编号", en="id of the decision")),
)
@described(
    Text(zh="查看一项决定", en="Read a decision"),
    Text(
        zh="返回当时的答复。其他机构的决定视为不存在。",
        en="Returns the answer as it was given. A decision of another institution is not found.",
    ),
    answer=DecisionShape,
    refusals=(
        errors.WrongQuery,
        errors.NotAuthenticated,
        errors.NotFound,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def get_decision(decision_id: str) -> Response:
    """Answer a decision of the caller's own institution."""
    institution = caller()
    current_request().refuse_unknown_query(())
    return answer(service().records.decisions.get(decision_id, institution=institution))
