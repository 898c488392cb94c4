"""Several keys: the newest writes, and digests of all of them can be matched."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanzha.errors import SettingError
from fanzha.records.personal import (
    PersonalDigests,
    create_secret,
    load_retired,
    load_secret,
    rotate_secret,
)


def test_digests_of_every_key_are_matched_and_the_newest_writes(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    digests = [PersonalDigests(create_secret(path)).digest("name", "Lin")]
    for _ in range(2):
        rotate_secret(path)
        now = PersonalDigests(load_secret(path), load_retired(path))
        digests.append(now.digest("name", "Lin"))
    assert len({each.split(":")[1] for each in digests}) == 3
    assert all(now.matches(each, "name", "Lin") for each in digests)
    assert not any(now.matches(each, "name", "Li") for each in digests)
    assert not any(now.matches(each, "other", "Lin") for each in digests)


def test_a_digest_of_an_unknown_key_matches_nothing() -> None:
    stranger = PersonalDigests(b"s" * 32).digest("name", "Lin")
    mine = PersonalDigests(b"m" * 32)
    for digest in (stranger, "", "hmac-sha256", "a:b:c", stranger.replace(":", "")):
        assert not mine.matches(digest, "name", "Lin")


def test_a_retired_key_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    create_secret(path)
    old, _ = rotate_secret(path)
    (tmp_path / f"secret.key.{old}").chmod(0o644)
    with pytest.raises(SettingError, match="chmod 600"):
        load_retired(path)


def test_other_files_beside_the_key_are_no_keys(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    create_secret(path)
    (tmp_path / "secret.key.bak").write_bytes(b"x" * 32)
    assert load_retired(path) == ()
