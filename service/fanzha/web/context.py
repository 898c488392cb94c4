"""What views find the service with: the application, and whose key came with the request."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import current_app

from fanzha.application import Application
from fanzha.errors import BadDate, Location, NotAuthenticated
from fanzha.model.access import KeyHolder, Scope
from fanzha.model.text import Text
from fanzha.model.value_types import EARLIEST, LATEST
from fanzha.records import idempotency
from fanzha.usecases import access
from fanzha.usecases.catalogue import Selection
from fanzha.usecases.json_input import read_json_object
from fanzha.web.request import current_request
from fanzha.web.tokens import Tokens

EXTENSION = "fanzha"
TOKENS = "fanzha tokens"
DOTS_OF_TOKENS = 2

_SCHEME = "bearer "


def service() -> Application:
    """Return the application that this process serves."""
    return cast("Application", current_app.extensions[EXTENSION])


def holder() -> KeyHolder:
    """Return on whose behalf the request comes.

    Raises NotAuthenticated, TokenInvalid and RateExceeded.
    """
    request = current_request()
    if request.holder is None:
        request.holder = _authenticated()
        service().records.rates.take(request.holder.key_id)
    return request.holder


def _authenticated() -> KeyHolder:
    header = current_request().headers.get("Authorization", "")
    if header[: len(_SCHEME)].lower() == _SCHEME:
        word = header[len(_SCHEME) :].strip()
        tokens: Tokens | None = current_app.extensions[TOKENS]
        if tokens is not None and word.count(".") == DOTS_OF_TOKENS:
            return tokens.holder_of(word)
        found = service().records.keys.holder_of(word)
        if found is not None:
            return found
        message = Text(
            zh="密钥未知、已吊销或已到期", en="the key is not known, was revoked, or has expired"
        )
    else:
        message = Text(zh="请求没有密钥", en="the request carries no key")
    raise NotAuthenticated(
        message,
        hint=Text(
            zh="请发送请求头 Authorization: Bearer fz_…，密钥由 fanzha keys create 生成",
            en="send the header Authorization: Bearer fz_…; fanzha keys create makes keys",
        ),
    )


def allowed(scope: Scope) -> KeyHolder:
    """Return whose key came with the request, if it may do this.

    Raises NotAuthenticated, KeyKindWrong and ScopeMissing.
    """
    found = holder()
    access.require(found, scope)
    return found


def caller() -> str:
    """Return the institution that may post checks with the key of the request.

    Raises NotAuthenticated, KeyKindWrong and ScopeMissing.
    """
    institution = allowed(Scope.CHECKS_WRITE).institution
    # INVARIANT: only institutions' own keys have the scope.
    assert institution is not None
    return institution


def require_access(institution: str, scope: Scope) -> KeyHolder:
    """Return whose key came with the request, if it may do this to that institution.

    Raises NotAuthenticated, KeyKindWrong, ScopeMissing and WrongInstitution.
    """
    found = allowed(scope)
    access.require_sight(found, institution, service().records.institutions)
    return found


def json_body(*, may_be_empty: bool = False) -> dict[str, Any]:
    """Return the body within the limits of the settings; raise the errors of `read_json_object`."""
    content = current_request().read_json_bytes()
    if may_be_empty and not content.strip():
        return {}
    settings = service().settings
    return read_json_object(
        content,
        maximum_bytes=settings.maximum_body_bytes,
        maximum_depth=settings.maximum_depth,
    )


def idempotency_key() -> str | None:
    """Return the caller's own key of this request, if it carries one."""
    return current_request().headers.get(idempotency.HEADER)


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


def asked_of_list(scope: Scope) -> tuple[dict[str, str], str | None]:
    """Return what the query asks for, as far as the key sees, and the supervisor to keep to.

    Raises NotAuthenticated, KeyKindWrong, ScopeMissing and WrongInstitution.
    """
    asked = dict(current_request().args)
    return access.narrowed(allowed(scope), asked, service().records.institutions)
