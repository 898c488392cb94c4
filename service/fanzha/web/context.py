"""What views find the service with: the application, and whose key came with the request."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import current_app

from fanzha.application import Application
from fanzha.errors import BadDate, KeyKindWrong, Location, NotAuthenticated, WrongInstitution
from fanzha.model.text import Text
from fanzha.model.value_types import EARLIEST, LATEST
from fanzha.records import KeyHolder, KeyKind
from fanzha.usecases.catalogue import Selection
from fanzha.web.request import current_request

EXTENSION = "fanzha"

_SCHEME = "bearer "


def service() -> Application:
    """Return the application that this process serves."""
    return cast("Application", current_app.extensions[EXTENSION])


def holder() -> KeyHolder:
    """Return whose key came with the request; raise NotAuthenticated."""
    header = current_request().headers.get("Authorization", "")
    if header[: len(_SCHEME)].lower() == _SCHEME:
        found = service().records.keys.holder_of(header[len(_SCHEME) :].strip())
        if found is not None:
            return found
        message = Text(zh="密钥未知", en="the key is not known")
    else:
        message = Text(zh="请求没有密钥", en="the request carries no key")
    raise NotAuthenticated(
        message,
        hint=Text(
            zh="请发送请求头 Authorization: Bearer fz_…，密钥由 fanzha keys create 生成",
            en="send the header Authorization: Bearer fz_…; fanzha keys create makes keys",
        ),
    )


def caller() -> str:
    """Return the institution whose key came with the request.

    Raises NotAuthenticated, and KeyKindWrong for an operator's key.
    """
    found = holder()
    if found.institution is None:
        raise KeyKindWrong(
            Text(zh="此处不接受运营者密钥", en="an operator's key is of no use here"),
            hint=Text(
                zh="请使用机构自己的密钥：fanzha keys create INSTITUTION",
                en="use the institution's own key: fanzha keys create INSTITUTION",
            ),
        )
    return found.institution


def require_operator() -> None:
    """Raise NotAuthenticated or KeyKindWrong unless the request carries an operator's key."""
    if holder().kind is not KeyKind.OPERATOR:
        raise KeyKindWrong(
            Text(zh="此处须用运营者密钥", en="this takes an operator's key"),
            hint=Text(
                zh="由运营者登记；运营者密钥由 fanzha keys create --operator 生成",
                en="ask the operator; fanzha keys create --operator makes operators' keys",
            ),
        )


def require_access(institution: str) -> None:
    """Raise NotAuthenticated or WrongInstitution unless the key may read that institution."""
    if not holder().reaches(institution):
        shown = institution[:60]
        raise WrongInstitution(
            Text(
                zh=f"密钥不属于机构 `{shown}`",
                en=f"the key does not belong to institution `{shown}`",
            ),
            hint=Text(
                zh="请使用该机构的密钥或运营者密钥",
                en="use that institution's key, or an operator's",
            ),
        )


def asked_day() -> date:
    """Return the day of `?as_of=`, by default today in China; raise BadDate."""
    word = current_request().args.get("as_of")
    if word is None:
        return service().today
    try:
        # `fromisoformat` also reads 20260302 and weeks, which no other date here may be.
        day = date.fromisoformat(word) if len(word) == len("2026-03-02") else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != word or not EARLIEST <= day <= LATEST:
        raise BadDate(
            Text(zh=f"`{word[:60]}` 不是有效日期", en=f"`{word[:60]}` is no such day"),
            hint=Text(zh="写作 2026-03-02", en="write it as 2026-03-02"),
            where=Location(path="as_of"),
        )
    return day


def asked_selection() -> Selection:
    """Return the part of the law that `?domain=`, `?check_type=` and `?instrument=` name."""
    asked = current_request().args
    return Selection(asked.get("domain"), asked.get("check_type"), asked.get("instrument"))


def asked_institution() -> str | None:
    """Return the institution that `?institution=` names; by default the key's own.

    None is every institution, which only an operator's key may ask for. Raises NotAuthenticated
    and WrongInstitution.
    """
    asked = current_request().args.get("institution")
    if asked is None:
        return holder().institution
    require_access(asked)
    return asked
