"""Several keys: the newest writes, and digests of all of them can be matched."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fanzha.errors import SettingError, StoreUnavailable
from fanzha.records.personal import (
    PersonalDigests,
    create_secret,
    load_retired,
    load_secret,
    load_secrets,
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
        assert not mine.knows(digest)
        assert not mine.matches(digest, "name", "Lin")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "secret.key"
    create_secret(made)
    return made


@pytest.fixture
def running(path: Path) -> PersonalDigests:
    """Those of a process that began before whatever the test does."""
    return _begun(path)


def _begun(path: Path) -> PersonalDigests:
    retired = load_retired(path)
    return PersonalDigests(load_secret(path), retired, read_again=lambda: load_secrets(path))


def test_a_process_matches_what_one_with_a_newer_key_made_and_writes_as_before(
    path: Path, running: PersonalDigests
) -> None:
    before = running.digest("name", "Lin")
    digests = []
    for _ in range(2):
        rotate_secret(path)
        digests.append(_begun(path).digest("name", "Lin"))
    for digest in digests:
        assert running.matches(digest, "name", "Lin")
        assert not running.matches(digest, "name", "Li")
    assert running.digest("name", "Lin") == before
    assert before.split(":")[1] == running.key_id


def test_many_threads_at_once_match_what_a_newer_key_made(
    path: Path, running: PersonalDigests
) -> None:
    rotate_secret(path)
    digest = _begun(path).digest("name", "Lin")
    begin = threading.Barrier(8)
    found: list[bool] = []

    def match() -> None:
        begin.wait()
        found.append(running.matches(digest, "name", "Lin"))

    threads = [threading.Thread(target=match) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8


def test_keys_are_read_again_for_digests_of_an_unknown_key_only(path: Path) -> None:
    readings = 0

    def read() -> tuple[bytes, ...]:
        nonlocal readings
        readings += 1
        return load_secrets(path)

    digests = PersonalDigests(load_secret(path), read_again=read)
    rotate_secret(path)
    newer = _begun(path).digest("name", "Lin")
    for digest in (digests.digest("name", "Lin"), "", "a:b:c", "hmac-sha256:00000000:Lin"):
        digests.matches(digest, "name", "Lin")
    assert readings == 0
    for _ in range(3):
        assert digests.matches(newer, "name", "Lin")
    assert readings == 1


def test_a_key_that_was_known_stays_known_though_its_file_is_gone(
    path: Path, running: PersonalDigests
) -> None:
    digest = running.digest("name", "Lin")
    old, _ = rotate_secret(path)
    path.with_name(f"{path.name}.{old}").unlink()
    assert running.matches(_begun(path).digest("name", "Lin"), "name", "Lin")
    assert running.matches(digest, "name", "Lin")


def test_what_cannot_be_compared_for_want_of_the_files_is_not_told_apart(
    path: Path, running: PersonalDigests, caplog: pytest.LogCaptureFixture
) -> None:
    digest = running.digest("name", "Lin")
    rotate_secret(path)
    newer = _begun(path).digest("name", "Lin")
    path.unlink()
    with pytest.raises(StoreUnavailable, match="restart the processes") as raised:
        running.matches(newer, "name", "Lin")
    assert str(path) not in str(raised.value)
    assert str(path) in caplog.text
    assert running.matches(digest, "name", "Lin")


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
