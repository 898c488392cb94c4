"""What views find the service with: the application, and whose key came with the request."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import current_app

from fanzha.application import Application
from fanzha.errors import BadDate, Location, NotAuthenticated
from fanzha.model.text import Text
from fanzha.model.value_types import EARLIEST, LATEST
from fanzha.usecases.catalogue import Selection
from fanzha.web.request import current_request

EXTENSION = "fanzha"

_SCHEME = "bearer "


def service() -> Application:
    """Return the application that this process serves."""
    return cast("Application", current_app.extensions[EXTENSION])


def caller() -> str:
    """Return the institution whose key came with the request; raise NotAuthenticated."""
    header = current_request().headers.get("Authorization", "")
    if header[: len(_SCHEME)].lower() == _SCHEME:
        found = service().records.keys.institution_of(header[len(_SCHEME) :].strip())
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
