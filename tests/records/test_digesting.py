from __future__ import annotations

import hashlib
import hmac

import pytest

from fanzha.records.digesting import hmac_sha256, sha256


@pytest.mark.parametrize("length", [0, 1, 2046, 2047, 2048, 4094, 4095, 100_000])
def test_parts_give_what_the_whole_gives(length: int) -> None:
    content = bytes(each % 251 for each in range(length))
    assert sha256(content) == hashlib.sha256(content).hexdigest()
    assert hmac_sha256(b"secret", content) == hmac.digest(b"secret", content, "sha256").hex()
