"""Where a decision is found again: what is open in it, and when to look at it again."""

from __future__ import annotations

from fanzha.engine import Status
from fanzha.errors import Location, NotFound, SupersededUnknown
from fanzha.model.check import Check
from fanzha.model.norms import Stage
from fanzha.model.text import Text
from fanzha.records import Filing, Link, Records, Relation
from fanzha.records.writer import already_superseded
from fanzha.usecases.judgement import Judgement

LISTED = (Status.VIOLATED, Status.PENDING, Status.UNDETERMINED, Status.ERROR)
"""The statuses that decisions are listed by, the gravest first."""


def filing_of(judgement: Judgement, link: Link | None) -> Filing:
    """Return where the decision on this judgement is filed.

    It is looked at again when the first of its running deadlines ends. What is only proposed is
    not: nobody knows whether it was done.
    """
    dues = [
        each.due
        for each in judgement.applicable
        if each.status is Status.PENDING and each.due is not None
    ]
    return Filing(
        {
            each.obligation.id: each.status.value
            for each in judgement.applicable
            if each.status in LISTED
        },
        min(dues) if dues and judgement.check.stage is Stage.DONE else None,
        link,
    )


def correction_of(check: Check, records: Records) -> Link | None:
    """Return the link to the decision that a check corrects; None where it corrects none.

    Raises SupersededUnknown where the institution has no such decision, and AlreadySuperseded
    where another one stands in its place by now.
    """
    earlier = check.supersedes
    if earlier is None:
        return None
    try:
        answer = records.decisions.get(earlier, institution=check.institution)
    except NotFound as error:
        raise SupersededUnknown(
            Text(
                zh=f"机构没有决定 `{earlier[:60]}`",
                en=f"the institution has no decision `{earlier[:60]}`",
            ),
            hint=Text(
                zh="请填写所更正的决定的 id 原文",
                en="give the id of the decision to be corrected, exactly as it was answered",
            ),
            where=Location(path="supersedes"),
        ) from error
    for successor in answer.get("links", {}).values():
        raise already_superseded(earlier, successor)
    return Link(Relation.SUPERSEDES, earlier)
