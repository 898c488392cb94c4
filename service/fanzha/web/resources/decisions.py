"""`/v1/decisions`: decisions by list, and each as it was answered."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.model.access import Scope
from fanzha.model.text import Text
from fanzha.records.reads import Way
from fanzha.usecases.access import read_decision
from fanzha.usecases.list_decisions import ALL_OUTCOMES, QUERY, STATUSES
from fanzha.usecases.list_reads import list_reads_of, require_sight_of_decision
from fanzha.usecases.paging import PAGING
from fanzha.web.answers import answer
from fanzha.web.context import allowed, asked_of_list, service
from fanzha.web.documentation import Resource, described, in_path
from fanzha.web.reading import reader
from fanzha.web.request import current_request
from fanzha.web.schemas.decision import DecisionShape
from fanzha.web.schemas.listing import DecisionsShape
from fanzha.web.schemas.reads import ReadsShape

blueprint = Resource("decisions", Text(zh="决定", en="Decisions"))


@blueprint.route("/v1/decisions")
@described(
    Text(zh="列出决定", en="List decisions"),
    Text(
        zh="从最近记录的开始，逐页列出摘要；机构列出本机构的决定，监管机关列出所监管机构的决定。"
        "`superseded_by` 或 `followed_by` 指出已由哪项决定取代。",
        en="Summaries in pages, the last recorded first; an institution lists its own, a regulator "
        "those of the institutions it supervises. "
        "`superseded_by` or `followed_by` names the decision that stands in the place of one.",
    ),
    answer=DecisionsShape,
    query={**QUERY, **PAGING},
    query_schemas={
        "outcome": {"type": "string", "enum": list(ALL_OUTCOMES)},
        "status": {"type": "string", "enum": list(STATUSES)},
    },
    refusals=(
        errors.WrongQuery,
        errors.NotAuthenticated,
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.WrongInstitution,
        errors.BadDate,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def list_decisions() -> Response:
    """Answer one page."""
    asked, supervisor = asked_of_list(Scope.DECISIONS_READ)
    current_request().refuse_unknown_query({**QUERY, **PAGING})
    found = service().list_decisions(asked, supervisor=supervisor)
    _note_reads([each["id"] for each in found["decisions"]], Way.LIST)
    return answer(found)


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
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.NotFound,
        errors.DecisionPurged,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def get_decision(decision_id: str) -> Response:
    """Answer a decision that the caller sees: of its own, of those it supervises, or any."""
    holder = allowed(Scope.DECISIONS_READ)
    current_request().refuse_unknown_query(())
    found = read_decision(holder, decision_id, service().records)
    _note_reads([decision_id], Way.SHOW)
    return answer(found)


@blueprint.route(
    "/v1/decisions/<decision_id>/reads",
    parameters=in_path("decision_id", Text(zh="决定编号", en="id of the decision")),
)
@described(
    Text(zh="谁查阅过一项决定", en="Who has read a decision"),
    Text(
        zh="列出每次查阅：何人、何时、如何、为何（请求头 `X-Purpose`），最早的在前。"
        "查阅记录只增不改；内容清除之后仍在。",
        en="Each read: who, when, how, and why (the header `X-Purpose`), the first one first. "
        "Reads are only ever added, and stay when contents are purged.",
    ),
    answer=ReadsShape,
    query=PAGING,
    refusals=(
        errors.WrongQuery,
        errors.NotAuthenticated,
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.NotFound,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def list_reads(decision_id: str) -> Response:
    """Answer one page of the reads of a decision that the caller sees."""
    holder = allowed(Scope.DECISIONS_READ)
    current_request().refuse_unknown_query(PAGING)
    records = service().records
    require_sight_of_decision(holder, decision_id, records)
    maximum_page = service().settings.maximum_page
    asked = current_request().args
    return answer(list_reads_of(records.reads, decision_id, asked, maximum_page=maximum_page))


def _note_reads(decision_ids: list[str], way: Way) -> None:
    """Record that these are about to be shown; without it, nothing is."""
    service().records.reads.add(decision_ids, reader(), way)
