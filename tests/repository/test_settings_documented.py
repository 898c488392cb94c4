"""Every variable of the environment that the service reads is documented."""

from __future__ import annotations

import re

import pytest

from fanzha import settings
from tests.repository.files import FILES, REPOSITORY, SERVICE

PAGE = REPOSITORY / "docs" / "settings.md"
_READ = re.compile(r"environ(?:\.get\(|\[)\s*['\"]([A-Z_]+)['\"]")
_TERMINAL = {"LC_ALL", "LC_MESSAGES", "LANG"}


def _read_elsewhere() -> set[str]:
    sources = [path for path in FILES if SERVICE in path.parents and path.suffix == ".py"]
    return {name for path in sources for name in _READ.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize(
    "setting", [*settings.ALL, *settings.FOR_THE_SERVER], ids=lambda each: each.variable
)
def test_a_setting_stands_on_its_page_with_its_default_in_both_languages(
    setting: settings.Setting,
) -> None:
    text = PAGE.read_text("utf-8")
    assert f"`{setting.variable}`" in text
    assert setting.default in text


def test_what_is_read_past_the_settings_is_documented_too() -> None:
    names = _read_elsewhere() - _TERMINAL
    assert "PROMETHEUS_MULTIPROC_DIR" in names
    text = PAGE.read_text("utf-8")
    assert sorted(name for name in names if f"`{name}`" not in text) == []
