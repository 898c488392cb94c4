"""An entry of the registry as it is posted, and the reading of it into an institution."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from fanzha.errors import (
    BadDate,
    FanzhaError,
    Location,
    Problems,
    RequestError,
    RoleOfAuthority,
    UnknownRole,
    WrongEntry,
    raise_if_any,
)
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.model.vocabulary import Role
from fanzha.usecases.form_mistakes import mistakes_of
from fanzha.usecases.posted_facts import MAXIMUM_MISTAKES, StrictDate

MAXIMUM_ROLES = 40
# It stands in addresses, lists and tables.
_ID = re.compile(r"[\w.-]{1,200}")


def _told(zh: str, en: str) -> dict[str, Any]:
    return {"title": f"{zh} / {en}"}


class NameForm(Schema):
    """A name in both languages."""

    class Meta:
        """Fields that are not here are refused."""

        unknown = RAISE

    zh = fields.String(
        required=True, validate=validate.Length(1, 500), metadata=_told("中文", "zh")
    )
    en = fields.String(
        required=True, validate=validate.Length(1, 500), metadata=_told("英文", "en")
    )


class EntryForm(Schema):
    """Who an institution is in law; its id stands in the address."""

    class Meta:
        """Fields that an entry does not have are refused, not passed over."""

        unknown = RAISE

    name = fields.Nested(NameForm, required=True, metadata=_told("名称", "Name"))
    roles = fields.List(
        fields.String(validate=validate.Length(1, 100)),
        required=True,
        validate=validate.Length(1, MAXIMUM_ROLES),
        metadata=_told("法律角色", "Roles in law"),
    )
    licensed_from = StrictDate(
        allow_none=True, metadata=_told("许可的第一天", "First day of the licence")
    )
    licensed_until = StrictDate(
        allow_none=True, metadata=_told("许可的最后一天", "Last day of the licence")
    )
    supervisor = fields.String(
        allow_none=True,
        validate=validate.Length(1, 500),
        metadata=_told("监管机关", "Supervisor"),
    )


_FORM = EntryForm()


def read_entry(id_: str, body: Mapping[str, Any], roles: Mapping[str, Role]) -> Institution:
    """Return the institution; raise Problems with everything that is wrong with the entry."""
    try:
        form = _FORM.load(body)
    except ValidationError as error:
        mistakes = mistakes_of(error, body, _FORM, WrongEntry)
        raise Problems(list(islice(mistakes, MAXIMUM_MISTAKES))) from error
    institution = Institution(
        id=id_,
        name=Text(zh=form["name"]["zh"], en=form["name"]["en"]),
        roles=tuple(form["roles"]),
        licensed_from=form.get("licensed_from"),
        licensed_until=form.get("licensed_until"),
        supervisor=form.get("supervisor"),
    )
    refuse_wrong_entry(institution, roles)
    return institution


def refuse_wrong_entry(institution: Institution, roles: Mapping[str, Role]) -> None:
    """Raise Problems for an id, roles or a licence that the registry cannot hold."""
    errors: list[FanzhaError] = [*wrong_roles(institution.roles, roles)]
    if _ID.fullmatch(institution.id) is None:
        errors.append(
            WrongEntry(
                Text(
                    zh=f"机构编号 `{institution.id[:60]}` 不能使用",
                    en=f"the id `{institution.id[:60]}` cannot be used",
                ),
                hint=Text(
                    zh="用文字、数字、`.`、`-`、`_`，至多 200 个字符",
                    en="use letters, digits, `.`, `-`, `_`, at most 200 of them",
                ),
                where=Location(path="id"),
            )
        )
    first, last = institution.licensed_from, institution.licensed_until
    if first is not None and last is not None and last < first:
        errors.append(
            BadDate(
                Text(
                    zh="`licensed_until` 早于 `licensed_from`",
                    en="`licensed_until` lies before `licensed_from`",
                ),
                hint=Text(zh="它是许可的最后一天", en="it is the last day of the licence"),
                where=Location(path="licensed_until"),
            )
        )
    raise_if_any(errors)


def wrong_roles(held: Sequence[str], roles: Mapping[str, Role]) -> Iterator[RequestError]:
    """Go through the roles that cannot be registered, with what is meant instead."""
    usable = [name for name, role in roles.items() if not role.authority]
    for position, name in enumerate(held):
        where = Location(path=f"roles.{position}")
        role = roles.get(name)
        if role is None:
            near = difflib.get_close_matches(name[:60], usable, n=1)
            listed = near or sorted(usable)
            yield UnknownRole(
                Text(zh=f"未知角色 `{name[:60]}`", en=f"unknown role `{name[:60]}`"),
                hint=Text(
                    zh=f"是否应为 `{near[0]}`" if near else "可用：" + "、".join(listed),
                    en=f"did you mean `{near[0]}`" if near else "known: " + ", ".join(listed),
                ),
                where=where,
            )
        elif role.authority:
            yield RoleOfAuthority(
                Text(
                    zh=f"`{name}`（{role.title.zh}）是主管机关的角色",
                    en=f"`{name}` ({role.title.en}) is a role of authorities",
                ),
                hint=Text(
                    zh="只登记负有义务的机构", en="register those whose duties are judged only"
                ),
                where=where,
            )


def entry_as_json(institution: Institution, roles: Mapping[str, Role]) -> dict[str, Any]:
    """Return an entry as answers show it."""
    first, last = institution.licensed_from, institution.licensed_until
    return {
        "id": institution.id,
        "name": institution.name.as_json(),
        "roles": [
            # A role can have left the law since it was registered.
            {"role": name, "title": roles[name].title.as_json() if name in roles else None}
            for name in institution.roles
        ],
        "licensed_from": first.isoformat() if first else None,
        "licensed_until": last.isoformat() if last else None,
        "supervisor": institution.supervisor,
    }
