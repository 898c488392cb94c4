"""`fanzha audit`: verify the record, hand out one institution's part, and check such a part."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import Progress

from fanzha.cli import main
from fanzha.cli.output import (
    console,
    errors_console,
    in_language,
    json_option,
    language_option,
    plain,
    print_json,
)
from fanzha.cli.store import opened_records, terminal_reader
from fanzha.errors import EXIT_FOUND_SOMETHING
from fanzha.records import Records
from fanzha.records.heads import public_pem, read_heads, read_public_key
from fanzha.records.ledger import Span
from fanzha.usecases.audit import Verified, export, total, verify, verify_file
from fanzha.usecases.list_decisions import read_moment

_FILE = click.Path(dir_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.group()
def audit() -> None:
    """审计 / the audit of the record."""


@audit.command("verify", short_help="核验记录链 / verify the record")
@click.option("--institution", help="只核验该机构 / only this institution")
@click.option("--from", "since", metavar="TIME", help="自此日期或时间 / from this day or time")
@click.option(
    "--to", "until", metavar="TIME", help="至此日期或时间（含当日） / up to this day or time"
)
@click.option(
    "--heads",
    "heads_file",
    type=_EXISTING,
    help="已发布的链头，最好是另存的副本 / published heads, best a copy kept elsewhere",
)
@click.option(
    "--key",
    "key_files",
    type=_EXISTING,
    multiple=True,
    help="签名公钥，可多次；缺省为本机密钥 / public keys of the heads; by default the one here",
)
@language_option
@json_option
@click.pass_context
def verify_record(
    ctx: click.Context,
    institution: str | None,
    since: str | None,
    until: str | None,
    heads_file: Path | None,
    key_files: Sequence[Path],
    language: str,
    as_json: bool,
) -> None:
    """指出第一处被改动、删除、插入、调换、截去或改写的记录。

    Name the first record that was changed, removed, put in, moved, cut off or written anew.

    Exit code: 0 the record is intact; 1 it is not; 2 wrong call.
    """
    span = Span(
        institution,
        read_moment("from", since) if since else None,
        read_moment("until_to", until) if until else None,
    )
    keys = [read_public_key(each) for each in key_files]
    with opened_records() as records:
        heads_path = heads_file or records.heads.file
        # Before the chains: whatever a head names is committed by now.
        heads = read_heads(heads_path) if heads_file or heads_path.exists() else []
        if not keys:
            keys = [records.heads.signer.public]
        if as_json:
            found = verify(records.ledger, span, heads, keys)
        else:
            found = _with_progress(records, span, heads, keys)
    _show(ctx, found, language, as_json)


@audit.command("export", short_help="导出一个机构的记录及其证明 / one institution's records")
@click.option("--institution", required=True, help="机构编号 / id of the institution")
@click.option("--output", required=True, type=_FILE, help="写入的新文件 / the new file")
@click.option("--purpose", help="用途，记入查阅记录 / what for; it is recorded")
@json_option
def export_records(institution: str, output: Path, purpose: str | None, as_json: bool) -> None:
    """导出一个机构的全部记录；第三方可脱机核验，看不到其他机构的记录。

    Write all records of one institution with a proof that a third party checks offline, and
    nothing of any other institution. What is exported counts as read.
    """
    lines = 0
    with opened_records() as records:
        # Exclusive, and for its owner alone.
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            reader = terminal_reader(purpose)
            for line in export(records, institution, reader, datetime.now(UTC)):
                file.write(line)
                lines += 1
    if as_json:
        print_json({"file": str(output), "lines": lines})
    else:
        console().print(f"[bold green]✓[/] 已导出 {lines} 行 · wrote {lines} lines")


@audit.command("verify-file", short_help="脱机核验导出的文件 / check an export offline")
@click.argument("file", type=_EXISTING)
@click.option(
    "--key",
    "key_files",
    type=_EXISTING,
    required=True,
    multiple=True,
    help="签名公钥，另行取得 / the public key, got another way",
)
@language_option
@json_option
@click.pass_context
def verify_exported(
    ctx: click.Context, file: Path, key_files: Sequence[Path], language: str, as_json: bool
) -> None:
    """核验 FILE 是否完整、未经改动，不需要数据库。

    Check that FILE is whole and unchanged, without any database.

    Exit code: 0 it is; 1 it is not; 2 wrong call.
    """
    _show(ctx, verify_file(file, [read_public_key(each) for each in key_files]), language, as_json)


@audit.command("key", short_help="输出签名公钥 / print the public key")
@json_option
def print_key(as_json: bool) -> None:
    """输出链头签名的公钥（PEM），供第三方核验。

    Print the public key that heads are checked with, in PEM.
    """
    with opened_records() as records:
        key = public_pem(records.heads.signer.public)
    if as_json:
        print_json({"public_key": key})
    else:
        click.echo(key, nl=False)


def _with_progress(records: Records, span: Span, heads: list, keys: list) -> Verified:  # type: ignore[type-arg]
    with Progress(console=errors_console(), transient=True) as shown:
        task = shown.add_task("核验 verifying", total=total(records.ledger, span))
        return verify(
            records.ledger,
            span,
            heads,
            keys,
            progress=lambda done: shown.advance(task, done),
        )


def _show(ctx: click.Context, found: Verified, language: str, as_json: bool) -> None:
    if as_json:
        print_json(found.as_json())
    else:
        _print(found, language)
    if found.broken is not None:
        ctx.exit(EXIT_FOUND_SOMETHING)


def _print(found: Verified, language: str) -> None:
    page = console()
    chinese = language == "zh"
    counts = (
        f"{found.chains} 条链，{found.decisions} 项决定（其中 {found.purged} 项内容已清除），"
        f"{found.purges} 次清除，{found.heads} 个已发布的链头"
        if chinese
        else f"{found.chains} chains, {found.decisions} decisions ({found.purged} of them purged), "
        f"{found.purges} purges, {found.heads} published heads"
    )
    if found.broken is None:
        word = "记录完整" if chinese else "the record is intact"
        page.print(f"[bold green]✓[/] {word}: {counts}")
        if found.chains and not found.heads:
            errors_console().print(
                "没有用已发布的链头核对，看不出末尾是否被截去。"
                if chinese
                else "No published head was compared: a cut tail would not show.",
                style="dim",
            )
        return
    broken = found.broken
    page.print(f"[bold red]✗[/] [bold]\\[{broken.kind}][/] ", end="")
    page.print(plain(in_language(broken.message, language)))
    for zh, en, value in (
        ("机构", "institution", broken.institution),
        ("链", "writer", broken.writer),
        ("序号", "sequence", broken.sequence),
        ("记录", "record", broken.subject),
    ):
        if value is not None:
            page.print(f"  [dim]{zh if chinese else en}[/] ", plain(str(value)), sep="")
    page.print(plain(("此前无误：" if chinese else "in order before it: ") + counts), style="dim")
