"""docs/settings.md has a line for each setting, with its default and purpose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fanzha
from fanzha.errors import SettingError
from fanzha.settings import ALL, FOR_THE_SERVER, Setting, Settings

PACKAGE = Path(fanzha.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
ROWS = {
    cells[0].strip("`"): cells[1:]
    for cells in (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if line.startswith("| `")
    )
}


@pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.variable)
def test_a_setting_has_its_line(setting: Setting) -> None:
    default = f"`{setting.default}`" if setting.default else "无 · none"
    assert ROWS[setting.variable] == [default, f"{setting.purpose.zh} · {setting.purpose.en}"]


def test_every_variable_that_the_service_reads_has_its_line() -> None:
    read = {setting.variable for setting in (*ALL, *FOR_THE_SERVER)}
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text("utf-8")
        read |= set(re.findall(r"\bos\.environ(?:\.get\(|\[)[\"']([A-Z_]+)", source))
    # The locale, which says in which language the command line speaks.
    assert ROWS.keys() == read - {"LC_ALL", "LC_MESSAGES", "LANG"}


def test_the_example_names_settings_that_exist() -> None:
    names = re.findall(r"^export ([A-Z_]+)=", PAGE, re.MULTILINE)
    assert names
    assert set(names) <= {setting.variable for setting in ALL}


@pytest.mark.parametrize(
    ("variable", "allowed", "refused"),
    [
        ("FANZHA_PORT", ("1", "65535"), ("0", "65536")),
        ("FANZHA_MAXIMUM_BODY_BYTES", ("1024", str(64 * 1024**2)), ("1023", str(64 * 1024**2 + 1))),
        ("FANZHA_MAXIMUM_PAGE", ("1", "1000"), ("0", "1001")),
        ("FANZHA_EDITIONS", ("1", "10000"), ("0", "10001")),
        ("FANZHA_DUE_SECONDS", ("0", "86400"), ("-1", "86401")),
    ],
)
def test_the_ranges_are_those_of_the_page(
    variable: str, allowed: tuple[str, str], refused: tuple[str, str]
) -> None:
    for value in allowed:
        Settings.from_environment({variable: value})
    for value in refused:
        with pytest.raises(SettingError):
            Settings.from_environment({variable: value})
