"""`/v1/audit`: what an auditor keeps to be able to tell later that nothing was changed."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response

from fanzha import errors
from fanzha.model.access import Scope
from fanzha.model.text import Text
from fanzha.usecases.audit import current_heads
from fanzha.web.answers import answer
from fanzha.web.context import allowed, require_access, service
from fanzha.web.documentation import Resource, described
from fanzha.web.request import current_request
from fanzha.web.schemas.heads import HeadsShape

blueprint = Resource("audit", Text(zh="审计", en="Audit"))

_QUERY = {"institution": Text(zh="只取该机构的链头", en="only the heads of this institution")}


@blueprint.route("/v1/audit/heads")
@described(
    Text(zh="取得已签名的链头", en="Get the signed heads"),
    Text(
        zh="返回每条记录链此刻的末项及其签名。保存下来，日后即可用 "
        "`fanzha audit verify --heads` 证明此前的记录没有被改动或截去。",
        en="The last entry of each chain of records as it is now, signed. Keep it: later it proves "
        "with `fanzha audit verify --heads` that nothing before it was changed or cut off.",
    ),
    answer=HeadsShape,
    query=_QUERY,
    refusals=(
        errors.WrongQuery,
        errors.NotAuthenticated,
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.WrongInstitution,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def get_heads() -> Response:
    """Answer the heads of one institution, or of all."""
    asked = current_request().args.get("institution")
    if asked is None:
        allowed(Scope.AUDIT_READ)
    else:
        require_access(asked, Scope.AUDIT_READ)
    current_request().refuse_unknown_query(_QUERY)
    return answer(current_heads(service().records, asked, datetime.now(UTC)))
