"""Signed tokens (JWT) of an identity provider, as the second way to say who calls."""

from __future__ import annotations

import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from fanzha.errors import TokenInvalid
from fanzha.model.access import SCOPES, KeyHolder, KeyKind
from fanzha.model.text import Text
from fanzha.settings import HTTPS, TokenSettings

_log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "ES256", "EdDSA")
REFRESH_SECONDS = 300.0
"""After how long the keys are read again."""
REFRESH_AT_LEAST_SECONDS = 10.0
"""How soon a key that is not known may have them read again."""
FETCH_SECONDS = 5.0
KEYS_BYTES_AT_MOST = 1024 * 1024
LEEWAY_SECONDS = 30
RSA_BITS_AT_LEAST = 2048
NAME_AT_MOST = 200

ROLE, INSTITUTION = "fanzha_role", "fanzha_institution"


@dataclass(frozen=True, slots=True)
class _Keys:
    by_id: Mapping[str | None, jwt.PyJWK]
    read_at: float


class Tokens:
    """Tells whose a token is. Its keys are remembered, and read again now and then."""

    def __init__(
        self, settings: TokenSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._keys: _Keys | None = None
        self._lock = threading.Lock()

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
        for is_last in (False, True):
            keys = self._current(read_again=is_last).by_id
            found = keys.get(key_id if isinstance(key_id, str) else None)
            if found is None and key_id is None and len(keys) == 1:
                [found] = keys.values()
            if found is not None:
                return found
        raise _invalid(Text(zh="令牌的签名密钥未知", en="the key that signed the token is unknown"))

    def _current(self, *, read_again: bool) -> _Keys:
        with self._lock:
            now, keys = self._clock(), self._keys
            limit = REFRESH_AT_LEAST_SECONDS if read_again else REFRESH_SECONDS
            if keys is not None and now - keys.read_at < limit:
                return keys
            try:
                keys = _Keys(_read_keys(self._settings.keys), now)
            except (OSError, ValueError, TypeError, KeyError, jwt.PyJWTError) as error:
                _log.error("the keys for tokens cannot be read: %s", type(error).__name__)
                # Those that were read before, for another while; none, and then they are asked
                # for again soon, by one request and not by each.
                keys = _Keys(keys.by_id if keys else {}, now)
            self._keys = keys
            return keys


def _read_keys(source: str) -> dict[str | None, jwt.PyJWK]:
    if source.startswith(HTTPS):
        with urllib.request.urlopen(source, timeout=FETCH_SECONDS) as answer:
            content = answer.read(KEYS_BYTES_AT_MOST + 1)
    else:
        content = Path(source).read_bytes()
    if len(content) > KEYS_BYTES_AT_MOST:
        raise ValueError("too large to be a set of keys")
    found: dict[str | None, jwt.PyJWK] = {}
    for each in orjson.loads(content)["keys"]:
        if not isinstance(each, dict):
            raise TypeError("not a set of keys")
        # Keys for other uses stand beside ours, and shared secrets are no way to sign here.
        if each.get("use", "sig") != "sig" or each.get("kty") not in {"RSA", "EC", "OKP"}:
            continue
        try:
            key = jwt.PyJWK(each)
        except (jwt.PyJWTError, ValueError, TypeError):
            # One that this version cannot use must not take the others away.
            continue
        is_short = isinstance(key.key, RSAPublicKey) and key.key.key_size < RSA_BITS_AT_LEAST
        if key.algorithm_name in ALGORITHMS and not is_short:
            found[key.key_id] = key
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
        datetime.fromtimestamp(claims["exp"], UTC),
    )


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
