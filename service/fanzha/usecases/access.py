"""Who may do what: what a holder needs for a call, and whose decisions and entries it sees.

The scopes are in `fanzha.model.access`; what each call needs stands in its view.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanzha.errors import KeyKindWrong, ScopeMissing, WrongInstitution
from fanzha.model.access import SCOPES, TITLES, KeyHolder, KeyKind, Scope
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.records import Institutions, Records

NOBODY = ""
"""No institution: an id has a character at least."""


def require(holder: KeyHolder, scope: Scope) -> None:
    """Raise KeyKindWrong or ScopeMissing unless the holder may do this."""
    if scope in holder.scopes:
        return
    kind = TITLES[holder.kind]
    if scope in SCOPES[holder.kind]:
        raise ScopeMissing(
            Text(zh=f"密钥没有权限 `{scope}`", en=f"the key lacks the scope `{scope}`"),
            hint=Text(
                zh=f"请用有此权限的密钥：fanzha keys create … --scope {scope}",
                en=f"use a key that has it: fanzha keys create … --scope {scope}",
            ),
        )
    able = [each for each in KeyKind if scope in SCOPES[each]]
    raise KeyKindWrong(
        Text(
            zh=f"{kind.zh}密钥不能用于此处，须有权限 `{scope}`",
            en=f"a key of the kind `{holder.kind}` is of no use here: it takes `{scope}`",
        ),
        hint=Text(
            zh="可用的密钥：" + "、".join(TITLES[each].zh for each in able),
            en="use a key of the kind " + " or ".join(f"`{each}`" for each in able),
        ),
    )


def require_sight(holder: KeyHolder, institution_id: str, registry: Institutions) -> None:
    """Raise WrongInstitution unless what belongs to that institution is open to the holder.

    Whether an institution is registered is not told to those who would not see it.
    """
    if not has_sight(holder, institution_id, registry):
        shown = institution_id[:60]
        raise WrongInstitution(
            Text(
                zh=f"密钥无权查看机构 `{shown}`",
                en=f"the key does not reach institution `{shown}`",
            ),
            hint=Text(
                zh="请使用该机构的密钥，或者其监管机关的密钥",
                en="use that institution's own key, or its supervisor's",
            ),
        )


def has_sight(holder: KeyHolder, institution_id: str, registry: Institutions) -> bool:
    """Tell whether what belongs to that institution is open to the holder."""
    supervisor: str | None = None
    if holder.kind is KeyKind.REGULATOR:
        # As the registry has it now: who supervises whom can change.
        entry: Institution | None = registry.get(institution_id)
        supervisor = entry.supervisor if entry else None
    return holder.sees(institution_id, supervisor)


def read_decision(holder: KeyHolder, decision_id: str, records: Records) -> dict[str, Any]:
    """Return a decision as it was answered; raise NotFound, also for one out of sight."""
    institution = holder.institution
    if holder.kind is KeyKind.REGULATOR:
        owner = records.decisions.institution_of(decision_id)
        institution = owner if has_sight(holder, owner, records.institutions) else NOBODY
    return records.decisions.get(decision_id, institution=institution)


def narrowed(
    holder: KeyHolder, asked: Mapping[str, str], registry: Institutions
) -> tuple[dict[str, str], str | None]:
    """Return the question of a list as far as the holder sees, and the supervisor to keep to.

    Raises WrongInstitution where it names an institution that is out of sight.
    """
    question = dict(asked)
    named = question.get("institution", holder.institution)
    if named is None:
        return question, holder.supervisor
    require_sight(holder, named, registry)
    question["institution"] = named
    return question, None
