"""Signed tokens (JWT) of an identity provider, as the second way to say who calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import jwt

from fanzha.errors import TokenInvalid
from fanzha.model.access import SCOPES, KeyHolder, KeyKind
from fanzha.model.text import Text
from fanzha.settings import TokenSettings
from fanzha.web.token_keys import ALGORITHMS, TokenKeys

LEEWAY_SECONDS = 30
NAME_AT_MOST = 200

ROLE, INSTITUTION = "fanzha_role", "fanzha_institution"


class Tokens:
    """Tells whose a token is. Its keys are remembered, and read again now and then."""

    def __init__(
        self, settings: TokenSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._keys = TokenKeys(settings.keys, clock=clock)

    def holder_of(self, token: str) -> KeyHolder:
        """Return whose token it is; raise TokenInvalid for whatever is wrong with it."""
        try:
            header = jwt.get_unverified_header(token)
            claims = jwt.decode(
                token,
                self._key(header.get("kid")),
                algorithms=list(ALGORITHMS),
                issuer=self._settings.issuer,
                audience=self._settings.audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise _invalid(Text(zh="令牌已到期", en="the token has expired")) from error
        # Whatever the library finds wrong, and what it cannot read at all.
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _invalid(
                Text(
                    zh="令牌无法验证：签名、签发者、受众或期限不符",
                    en="the token cannot be verified: signature, issuer, audience or time",
                )
            ) from error
        return _holder(claims)

    def _key(self, key_id: object) -> jwt.PyJWK:
        found = self._keys.of(key_id if isinstance(key_id, str) else None)
        if found is None:
            raise _invalid(
                Text(zh="令牌的签名密钥未知", en="the key that signed the token is unknown")
            )
        return found


def _holder(claims: Mapping[str, Any]) -> KeyHolder:
    subject, scope = _name(claims["sub"]), claims.get("scope")
    role = claims.get(ROLE, KeyKind.INSTITUTION.value)
    if not isinstance(role, str) or role not in set(KeyKind):
        raise _wrong_claim(ROLE)
    if scope is not None and not isinstance(scope, str):
        raise _wrong_claim("scope")
    kind = KeyKind(role)
    # Words that are scopes of other services grant nothing here.
    named = SCOPES[kind] if scope is None else set(scope.split())
    return KeyHolder(
        kind,
        _name(claims.get(INSTITUTION, subject)) if kind is KeyKind.INSTITUTION else None,
        subject if kind is KeyKind.REGULATOR else None,
        frozenset(each for each in SCOPES[kind] if each in named),
        f"token:{subject}",
        _end(claims["exp"]),
    )


def _end(value: object) -> datetime:
    # The library takes text with digits too, and years that no calendar has.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_claim("exp")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _wrong_claim("exp") from error


def _name(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= NAME_AT_MOST or not value.isprintable():
        raise _wrong_claim(f"sub / {INSTITUTION}")
    return value


def _wrong_claim(name: str) -> TokenInvalid:
    return _invalid(
        Text(zh=f"令牌的 `{name}` 不能使用", en=f"`{name}` of the token cannot be used")
    )


def _invalid(message: Text) -> TokenInvalid:
    return TokenInvalid(
        message,
        hint=Text(
            zh="请向签发者取得新的令牌，声明见 docs/access.md",
            en="get a new token from its issuer; docs/access.md names the claims",
        ),
    )
