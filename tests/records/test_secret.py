from __future__ import annotations

import logging
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fanzha.errors import SettingError
from fanzha.records import DecisionRecord, PersonalDigests, Records, open_records, upgrade
from fanzha.records.personal import create_secret
from fanzha.settings import Settings

NUMBER = "13800138000"
PINNED = {
    "phone": "hmac-sha256:c999f5ba:"
    "e9a0556aa71828ecc1281a393995403fb64774075e69332c5293439483ce8dd9",
    "born_on": "hmac-sha256:c999f5ba:"
    "3bad5e594716974f6e5d74b8423020cfbdb43c144cd25da4274d695d8dd2eb0e",
    "seen_at": "hmac-sha256:c999f5ba:"
    "1f51639f1460e7d68ebec36f0a34bd51650c071b251a58a07a9d42c3cb062ea5",
}


def test_the_first_opening_makes_a_secret_that_only_its_owner_reads(
    records: Records, settings: Settings
) -> None:
    assert stat.S_IMODE(settings.secret_key_file.stat().st_mode) == 0o600
    assert len(settings.secret_key_file.read_bytes()) == 32
    assert records.digests.digest("phone", NUMBER).startswith("hmac-sha256:")


def test_digests_are_the_same_after_a_restart(settings: Settings) -> None:
    first = open_records(settings)
    before = first.digests.digest("phone", NUMBER)
    first.close()
    second = open_records(settings)
    assert second.digests.digest("phone", NUMBER) == before
    second.close()


def test_a_lost_secret_stops_the_start_once_there_are_decisions(
    settings: Settings, new_record: Callable[..., DecisionRecord]
) -> None:
    records = open_records(settings)
    records.decisions.store(new_record())
    records.close()
    settings.secret_key_file.unlink()
    with pytest.raises(SettingError, match="restore it"):
        open_records(settings)
    assert not settings.secret_key_file.exists()


def test_a_lost_secret_in_the_default_place_is_made_anew_with_a_warning(
    settings: Settings,
    new_record: Callable[..., DecisionRecord],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = replace(settings, secret_key_file=Path("var/secret.key"))
    records = open_records(settings)
    records.decisions.store(new_record())
    records.close()
    settings.secret_key_file.unlink()
    with caplog.at_level(logging.WARNING):
        records = open_records(settings)
    assert records.digests.key_id
    records.close()
    assert "earlier digests cannot be compared" in caplog.text


def test_a_secret_that_others_can_read_stops_the_start(
    tmp_path: Path, settings_for: Callable[[str], Settings]
) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'fanzha.db'}")
    upgrade(settings.database_url)
    create_secret(settings.secret_key_file)
    settings.secret_key_file.chmod(0o640)
    with pytest.raises(SettingError, match="chmod 600"):
        open_records(settings)


def test_a_short_secret_stops_the_start(
    tmp_path: Path, settings_for: Callable[[str], Settings]
) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'fanzha.db'}")
    upgrade(settings.database_url)
    settings.secret_key_file.write_bytes(b"short")
    settings.secret_key_file.chmod(0o600)
    with pytest.raises(SettingError, match="at least 32"):
        open_records(settings)


def test_creating_a_secret_keeps_the_one_that_exists(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret.key"
    first = create_secret(path)
    assert create_secret(path) == first
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]


def test_a_digest_hides_the_value_and_depends_on_secret_name_and_type() -> None:
    digests = PersonalDigests(b"k" * 32)
    seen = {
        digests.digest("phone", NUMBER),
        digests.digest("other", NUMBER),
        digests.digest("phone", int(NUMBER)),
        digests.digest("phone", True),
        digests.digest("phone", 1),
        digests.digest("phone", "1"),
        PersonalDigests(b"j" * 32).digest("phone", NUMBER),
    }
    assert len(seen) == 7
    assert not any(NUMBER in digest for digest in seen)


def test_digests_do_not_change_from_release_to_release() -> None:
    digests = PersonalDigests(bytes(range(32)))
    assert digests.digest("phone", NUMBER) == PINNED["phone"]
    assert digests.digest("born_on", date(2001, 2, 3)) == PINNED["born_on"]
    assert digests.digest("seen_at", datetime(2026, 3, 2, tzinfo=UTC)) == PINNED["seen_at"]
