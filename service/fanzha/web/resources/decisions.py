"""`/v1/decisions`: decisions by list, and each as it was answered."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.model.text import Text
from fanzha.usecases.list_decisions import ALL_OUTCOMES, QUERY, STATUSES
from fanzha.usecases.paging import LIMIT_AT_MOST, PAGING
from fanzha.web.answers import answer
from fanzha.web.context import asked_institution, holder, service
from fanzha.web.documentation import Resource, described, in_path
from fanzha.web.request import current_request
from fanzha.web.schemas.decision import DecisionShape
from fanzha.web.schemas.listing import DecisionsShape

blueprint = Resource("decisions", Text(zh="决定", en="Decisions"))


@blueprint.route("/v1/decisions")
@described(
    Text(zh="列出决定", en="List decisions"),
    Text(
        zh="从最近记录的开始，逐页列出摘要；机构只能列出本机构的决定。"
        "`superseded_by` 或 `followed_by` 指出已由哪项决定取代。",
        en="Summaries in pages, the last recorded first; an institution lists its own. "
        "`superseded_by` or `followed_by` names the decision that stands in the place of one.",
    ),
    answer=DecisionsShape,
    query={**QUERY, **PAGING},
    query_schemas={
        "outcome": {"type": "string", "enum": list(ALL_OUTCOMES)},
        "status": {"type": "string", "enum": list(STATUSES)},
        "limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_AT_MOST},
    },
    refusals=(
        errors.WrongQuery,
        errors.NotAuthenticated,
        errors.WrongInstitution,
        errors.BadDate,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def list_decisions() -> Response:
    """Answer one page."""
    institution = asked_institution()
    current_request().refuse_unknown_query({**QUERY, **PAGING})
    asked = dict(current_request().args)
    if institution is not None:
        asked["institution"] = institution
    return answer(service().list_decisions(asked))


@blueprint.route(
    "/v1/decisions/<decision_id>",
    parameters=in_path("decision_id", Text(zh="决定编号", en="id of the decision")),
)
@described(
    Text(zh="查看一项决定", en="Read a decision"),
    Text(
        zh="返回当时的答复；如已由另一项决定取代，另附 `links`。其他机构的决定视为不存在。",
        en="Returns the answer as it was given, with `links` where another decision stands in its "
        "place by now. A decision of another institution is not found.",
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
    """Answer a decision of the caller's own institution, or any to an operator."""
    institution = holder().institution
    current_request().refuse_unknown_query(())
    return answer(service().records.decisions.get(decision_id, institution=institution))
