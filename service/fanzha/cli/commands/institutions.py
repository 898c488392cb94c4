"""`fanzha institutions`: the registry of those whose duties are judged, and their profiles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from fanzha.application import Application, open_application
from fanzha.cli import main
from fanzha.cli.institution_file import read_institutions, read_profile
from fanzha.cli.output import console, json_option, language_option, print_json, table
from fanzha.cli.profile_page import print_attestations, print_entry, print_report
from fanzha.cli.store import opened_records
from fanzha.errors import EXIT_FOUND_SOMETHING
from fanzha.settings import Settings
from fanzha.usecases.profile import has_findings
from fanzha.usecases.registry_entry import entry_as_json

_as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="所依之日，缺省为今天 / the day that counts, by default today",
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.group()
def institutions() -> None:
    """机构 / institutions."""


@institutions.command("register", short_help="登记机构 / register institutions")
@click.argument("file", type=_FILE)
@json_option
def register(file: Path, as_json: bool) -> None:
    """登记 FILE（YAML 列表）中的机构，已有的则更新。

    Register the institutions listed in FILE (YAML); those that exist are updated.
    """
    with _opened() as application:
        listed = read_institutions(file, application.law.roles)
        for institution in listed.values():
            application.register(institution)
    if as_json:
        print_json({"registered": sorted(listed)})
        return
    for institution in listed.values():
        console().print(
            f"[bold green]✓[/] {institution.id}  {institution.name.zh} · {institution.name.en}"
        )


@institutions.command("list", short_help="列出机构 / list institutions")
@language_option
@json_option
def list_all(language: str, as_json: bool) -> None:
    """列出已登记的机构 / list the registered institutions."""
    with opened_records() as records:
        found = records.institutions.list()
    if as_json:
        print_json(
            {
                "institutions": [
                    {
                        "id": each.id,
                        "name": each.name.as_json(),
                        "roles": list(each.roles),
                        "licensed_from": each.licensed_from,
                        "licensed_until": each.licensed_until,
                        "supervisor": each.supervisor,
                    }
                    for each in found
                ]
            }
        )
        return
    columns = {
        "zh": ("编号", "名称", "角色", "许可期间", "监管机关"),
        "en": ("id", "name", "roles", "licence", "supervisor"),
    }
    shown = table(*columns[language])
    for each in found:
        shown.add_row(
            each.id,
            each.name.in_language(language),
            ", ".join(each.roles),
            f"{each.licensed_from or '…'} – {each.licensed_until or '…'}",
            each.supervisor or "",
        )
    console().print(shown)


@institutions.command("show", short_help="显示机构和档案 / show an institution")
@click.argument("institution", metavar="ID")
@_as_of_option
@language_option
@json_option
def show(institution: str, as_of: datetime | None, language: str, as_json: bool) -> None:
    """显示一个机构的登记和档案中的评估 / show an entry and what is attested in its profile."""
    with _opened() as application:
        entry = entry_as_json(application.institution(institution), application.law.roles)
        profile = application.profile(institution, as_of.date() if as_of else None)
    attestations = profile["attestations"]
    if as_json:
        print_json({**entry, "as_of": profile["as_of"], "attestations": attestations})
        return
    print_entry(entry, console(), language)
    print_attestations(attestations, console(), language)


@institutions.command("attest", short_help="评估档案 / attest a profile")
@click.argument("institution", metavar="ID")
@click.argument("file", type=_FILE)
@json_option
def attest(institution: str, file: Path, as_json: bool) -> None:
    """把 FILE（YAML）中的评估记入机构 ID 的档案，只增不改。

    Add the attestations in FILE (YAML) to the profile of institution ID; nothing is changed.
    """
    body = read_profile(file)
    with _opened() as application:
        application.attest(institution, body)
    names = [each["fact"] for each in body["attestations"]]
    if as_json:
        print_json({"institution": institution, "attested": sorted(names)})
        return
    console().print(f"[bold green]✓[/] {institution}  {len(names)} 项评估 · attestations")


@institutions.command("report", short_help="档案报告 / report on a profile")
@click.argument("institution", metavar="ID")
@_as_of_option
@language_option
@json_option
@click.pass_context
def report(
    ctx: click.Context, institution: str, as_of: datetime | None, language: str, as_json: bool
) -> None:
    """按档案判断机构的常设义务，并列出到期的评估。

    Judge the standing duties of an institution from its profile, and list what runs out.

    Exit code: 0 all settled well; 1 a duty is breached or open, or an attestation has expired.
    """
    with _opened() as application:
        found = application.profile(institution, as_of.date() if as_of else None)["report"]
    if as_json:
        print_json(found)
    else:
        print_report(found, console(), language)
    if has_findings(found):
        ctx.exit(EXIT_FOUND_SOMETHING)


@contextmanager
def _opened() -> Iterator[Application]:
    application = open_application(Settings.from_environment())
    try:
        yield application
    finally:
        application.close()
