"""What a reader of a decision should know besides: it changes no status."""

from __future__ import annotations

from typing import Any

from fanzha.model.text import Text
from fanzha.usecases.judgement import Judgement

NOT_LICENSED = "not_licensed"
PROFILE_SET_ASIDE = "profile_set_aside"
CODES = (NOT_LICENSED, PROFILE_SET_ASIDE)


def notes_of(judgement: Judgement) -> list[dict[str, Any]]:
    """Return the notes on a judgement, each with a stable code."""
    notes: list[dict[str, Any]] = []
    institution, day = judgement.institution, judgement.day
    if not institution.is_licensed_on(day):
        period = f"{institution.licensed_from or '…'} – {institution.licensed_until or '…'}"
        text = Text(
            zh=f"行为日 {day} 不在许可期间（{period}）内；仍按登记的角色判断",
            en=f"the day of the act, {day}, lies outside the licence ({period}); "
            "it is judged by the roles registered all the same",
        )
        notes.append({"code": NOT_LICENSED, "text": text.as_json()})
    if judgement.set_aside:
        names = sorted(judgement.set_aside)
        text = Text(
            zh=f"机构档案与业务事实不符，未采用：{'、'.join(names)}",
            en=f"not taken from the profile, for the facts say otherwise: {', '.join(names)}",
        )
        notes.append({"code": PROFILE_SET_ASIDE, "facts": names, "text": text.as_json()})
    return notes
