"""The public keys that tokens are verified with: read from a file or over https, now and then.

An address that others serve is a door too: it can be away, slow, huge, rubbish, or send elsewhere.
None of that lets a token pass that no key verifies, and none of it holds up those that one does.
"""

from __future__ import annotations

import http.client
import logging
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from fanzha.settings import HTTPS

_log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "ES256", "EdDSA")
REFRESH_SECONDS = 300.0
"""After how long the keys are read again."""
REFRESH_AT_LEAST_SECONDS = 10.0
"""How soon a key that is not known may have them read again."""
AT_HAND_SECONDS = 24 * 3600.0
"""How long those that were read last stay in use while they cannot be read again."""
FETCH_SECONDS = 5.0
"""How long a server may take for its whole answer, and a request waits for one."""
KEYS_BYTES_AT_MOST = 1024 * 1024
RSA_BITS_AT_LEAST = 2048

Keys = Mapping[str | None, jwt.PyJWK]


class KeysUnusable(Exception):
    """What was read is no set of keys, or was not read whole; the text is ours."""


@dataclass(frozen=True, slots=True)
class _Read:
    keys: Keys
    at: float


class TokenKeys:
    """Keys by their ids. Safe for several threads; one of them reads at a time."""

    def __init__(
        self,
        source: str,
        *,
        seconds: float = FETCH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds` is how long a server may take for its whole answer."""
        self._source = source
        self._seconds = seconds
        self._clock = clock
        self._read: _Read | None = None
        self._tried_at: float | None = None
        self._deciding = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()

    def of(self, key_id: str | None) -> jwt.PyJWK | None:
        """Return the key with this id, or the only one for None; else None.

        Waits for the source where it is to be read again and nobody else has begun to, and where
        the key is not at hand.
        """
        waits = self._begin_if_older(REFRESH_SECONDS)
        if waits:
            self._idle.wait(self._seconds)
        found = self._at_hand(key_id)
        if found is None and not waits:
            self._begin_if_older(REFRESH_AT_LEAST_SECONDS)
            self._idle.wait(self._seconds)
            found = self._at_hand(key_id)
        return found

    def _at_hand(self, key_id: str | None) -> jwt.PyJWK | None:
        read = self._read
        if read is None or self._clock() - read.at >= AT_HAND_SECONDS:
            return None
        if key_id is None and len(read.keys) == 1:
            return next(iter(read.keys.values()))
        return read.keys.get(key_id)

    def _begin_if_older(self, seconds: float) -> bool:
        """Begin to read unless someone does, or tried so lately; tell whether it was begun."""
        with self._deciding:
            now, tried_at = self._clock(), self._tried_at
            is_recent = tried_at is not None and now - tried_at < seconds
            if is_recent or not self._idle.is_set():
                return False
            # Whether it will fail or not: one request has it tried, and not each.
            self._tried_at = now
            self._idle.clear()
        # A thread of its own: requests wait so long and no longer, however long it takes to find
        # the server's address.
        threading.Thread(
            target=self._read_now, args=(now,), name="fanzha-token-keys", daemon=True
        ).start()
        return True

    def _read_now(self, now: float) -> None:
        try:
            self._read = _Read(_keys_in(self._content()), now)
        # The edge of the thread: whatever a stranger's server does, tokens are verified with the
        # keys that were read before, for another while, or refused.
        except Exception as error:  # noqa: BLE001
            _log.error("the keys for tokens cannot be read: %s", _cause(error))
        finally:
            self._idle.set()

    def _content(self) -> bytes:
        if self._source.startswith(HTTPS):
            return _fetched(self._source, self._seconds)
        with Path(self._source).open("rb") as file:
            return _limited(file.read(KEYS_BYTES_AT_MOST + 1))


def _cause(error: BaseException) -> str:
    """Say what went wrong in our own words: a server's could be anything."""
    match error:
        case KeysUnusable():
            return str(error)
        case urllib.error.HTTPError() if 300 <= error.code < 400:
            return f"the server answered {error.code}, and redirects are not followed"
        case urllib.error.HTTPError():
            return f"the server answered {error.code}"
        case urllib.error.URLError(reason=BaseException() as reason):
            return type(reason).__name__
    return type(error).__name__


def _limited(content: bytes) -> bytes:
    if len(content) > KEYS_BYTES_AT_MOST:
        raise KeysUnusable(f"more than {KEYS_BYTES_AT_MOST} bytes")
    return content


def _fetched(address: str, seconds: float) -> bytes:
    end = time.monotonic() + seconds
    too_slow = KeysUnusable(f"the server took more than {seconds:g} seconds")
    # Built for each, so that certificates that an operator renews are seen.
    opener = urllib.request.build_opener(_Https, _NoRedirects)
    try:
        with opener.open(address, timeout=seconds) as answer:
            content = _limited(answer.read(KEYS_BYTES_AT_MOST + 1))
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        if time.monotonic() >= end:
            raise too_slow from error
        raise
    # An answer that was cut off from here can look like one that ended by itself.
    if time.monotonic() >= end:
        raise too_slow
    return content


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows none: the address that was set is the trusted one, and it may lead to http."""

    def redirect_request(self, *_: Any) -> None:
        """Return no request, which makes the redirect an error."""


class _Connection(http.client.HTTPSConnection):
    """Is over once its time is, whatever comes: a socket's limit begins anew with each byte."""

    def connect(self) -> None:
        """Connect, and begin to count."""
        super().connect()
        end = threading.Timer(self.timeout or FETCH_SECONDS, _shut, [self.sock])
        end.daemon = True
        end.start()


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """Open over a connection that ends."""
        return self.do_open(_Connection, request)


def _shut(connection: socket.socket) -> None:
    # It may have been closed long ago. The plain shutdown: that of TLS takes state away from
    # under the thread that reads.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _keys_in(content: bytes) -> Keys:
    try:
        document = orjson.loads(content)
    except ValueError:
        raise KeysUnusable("not JSON") from None
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise KeysUnusable("no set of keys")
    found: dict[str | None, jwt.PyJWK] = {}
    for each in listed:
        # Keys for other uses stand beside ours, and shared secrets are no way to sign here.
        if each.get("use", "sig") != "sig" or each.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        try:
            key = jwt.PyJWK(each)
        # One that this version cannot use must not take the others away, however it is broken.
        except Exception:  # noqa: BLE001
            continue
        is_short = isinstance(key.key, RSAPublicKey) and key.key.key_size < RSA_BITS_AT_LEAST
        if key.algorithm_name in ALGORITHMS and not is_short:
            found[key.key_id] = key
    return found
