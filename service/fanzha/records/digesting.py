"""Feeds digests by parts.

Of more than 2047 bytes at once `hashlib` works out a digest while other threads run. To wait for
one's turn again takes longer than the digest of anything that a check has.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Protocol

_PART = 2047


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    _feed(digest, content)
    return digest.hexdigest()


def hmac_sha256(secret: bytes, content: bytes) -> str:
    """Return the HMAC with SHA-256 in hexadecimal."""
    # Not `hmac.digest`, which lets other threads run for any content.
    digest = hmac.new(secret, digestmod="sha256")
    _feed(digest, content)
    return digest.hexdigest()


def _feed(digest: _Digest, content: bytes) -> None:
    for start in range(0, len(content), _PART):
        digest.update(content[start : start + _PART])
