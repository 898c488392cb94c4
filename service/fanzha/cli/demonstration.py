"""Prepares what `fanzha serve --demo` shows: an institution per domain, keys, lines to paste."""

from __future__ import annotations

from pathlib import Path

import orjson

import fanzha
from fanzha.cli.institution_file import read_institutions
from fanzha.cli.output import console
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings

_PACKAGE = Path(fanzha.__file__).resolve().parent
_CHECKS = {
    "telecom-001": "telecom/phone_card_registration",
    "bank-001": "banking/transaction",
    "payments-001": "payments/transaction",
    "internet-001": "internet/internet_service_opening",
}


def examples_folder() -> Path:
    """Return the folder of examples: in the wheel, or in the repository."""
    in_wheel = _PACKAGE / "_examples"
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent.parent / "examples"


def prepare(url: str) -> None:
    """Upgrade the database, register the institutions, make keys and print `curl` lines."""
    settings = Settings.from_environment()
    upgrade(settings.database_url)
    folder = examples_folder()
    institutions = read_institutions(folder / "institutions.yaml")
    output = console()
    output.print("演示机构与密钥 · demonstration institutions and their keys", style="bold")
    records = open_records(settings)
    try:
        for institution in institutions.values():
            records.institutions.put(institution)
        for id_, check_type in _CHECKS.items():
            key = records.keys.create(id_, "demonstration")
            name = institutions[id_].name
            output.print(f"\n{name.zh} · {name.en} ({id_})", style="bold")
            output.print(_line(url, key, _example(folder / check_type, id_)), markup=False)
    finally:
        records.close()
    output.print(f"\n文档 · documentation: {url}/docs\n", style="bold")


def _example(folder: Path, institution: str) -> Path:
    # One check type can be of several kinds of institutions, and a key posts its own alone.
    found = min(
        each
        for each in folder.glob("*.done.compliant.json")
        if orjson.loads(each.read_bytes())["institution"] == institution
    )
    return found.relative_to(Path.cwd()) if found.is_relative_to(Path.cwd()) else found


def _line(url: str, key: str, example: Path) -> str:
    return (
        f"curl -s {url}/v1/checks -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d @{example}"
    )
