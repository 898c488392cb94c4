"""`fanzha keys`: what callers authenticate with."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import click

from fanzha.cli import main
from fanzha.cli.output import console, errors_console, json_option, plain, print_json, table
from fanzha.cli.store import opened_records
from fanzha.cli.usage import WrongCall
from fanzha.errors import Location
from fanzha.model.access import TITLES, KeyHolder, KeyKind, Scope
from fanzha.model.text import Text
from fanzha.model.value_types import CHINA_TIME
from fanzha.records import Records
from fanzha.records.keys import GRACE, KeptKey, id_of
from fanzha.usecases.shown import shown_time

GRACE_HOURS_AT_MOST = 24 * 90

_expires_option = click.option(
    "--expires",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help="最后有效日，北京时间 / the last day on which it is taken, in China",
)


@main.group()
def keys() -> None:
    """密钥 / keys."""


@keys.command("create", short_help="生成密钥 / make a key")
@click.argument("institution", required=False)
@click.option(
    "--regulator",
    "supervisor",
    metavar="SUPERVISOR",
    help="监管机关密钥，可查看登记中由其监管的机构 / a regulator's key, for the institutions that "
    "the registry says SUPERVISOR supervises",
)
@click.option(
    "--auditor",
    is_flag=True,
    help="审计密钥，可查看全部决定 / an auditor's key, which reads all decisions",
)
@click.option(
    "--operator",
    is_flag=True,
    help="运营者密钥，可登记机构 / an operator's key, which registers institutions",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in Scope]),
    help="只给这些权限，可重复 / only these scopes; can be repeated",
)
@_expires_option
@click.option("--title", default="", help="用途 / what it is for")
@json_option
def create(
    institution: str | None,
    supervisor: str | None,
    auditor: bool,
    operator: bool,
    scopes: tuple[str, ...],
    expires: datetime | None,
    title: str,
    as_json: bool,
) -> None:
    """为 INSTITUTION、监管机关、审计或者运营者生成密钥，只显示一次。

    Make a key for INSTITUTION, a regulator, an auditor or whoever runs the service; it is shown
    this once. docs/access.md says what each may do.
    """
    kinds = {
        KeyKind.INSTITUTION: institution is not None,
        KeyKind.REGULATOR: supervisor is not None,
        KeyKind.AUDITOR: auditor,
        KeyKind.OPERATOR: operator,
    }
    asked = [kind for kind, is_asked in kinds.items() if is_asked]
    if len(asked) != 1:
        raise WrongCall(
            Text(
                zh="机构、--regulator、--auditor、--operator 须四者择一",
                en="it takes an institution or --operator, --auditor or --regulator, one of them",
            ),
            hint=Text(
                zh="fanzha keys create INSTITUTION，或者 fanzha keys create --operator",
                en="fanzha keys create INSTITUTION, or fanzha keys create --operator",
            ),
            where=Location(path="fanzha keys create"),
        )
    holder = KeyHolder(asked[0], institution, supervisor, expires_at=_end_of(expires))
    with opened_records() as records:
        key = records.keys.create_for(
            holder, title, scopes=[Scope(each) for each in scopes] if scopes else None
        )
        supervises = supervisor is None or _supervises_any(records, supervisor)
        made = _kept(records, id_of(key))
    if not supervises:
        errors_console().print(
            plain(
                f"登记中没有由 {supervisor} 监管的机构 · "
                f"no institution is registered under the supervisor {supervisor}"
            )
        )
    _show_new(key, made, as_json)


@keys.command("list", short_help="列出密钥 / list keys")
@json_option
def list_keys(as_json: bool) -> None:
    """列出全部密钥：编号、归属、权限、期限。密钥本身不保存。

    List all keys: id, whose it is, what it may do, until when. The keys themselves are not kept.
    """
    with opened_records() as records:
        found = records.keys.list()
    if as_json:
        print_json({"keys": [_as_json(each) for each in found]})
        return
    shown = table("id", "种类 kind", "归属 for", "权限 scopes", "状态 state", "用途 title")
    for each in found:
        holder = each.holder
        kind = TITLES[holder.kind]
        shown.add_row(
            holder.key_id,
            f"{kind.zh} {kind.en}",
            plain(holder.institution or holder.supervisor or ""),
            " ".join(sorted(holder.scopes)),
            _state(each),
            plain(each.title),
        )
    console().print(shown)


@keys.command("rotate", short_help="更换密钥 / replace a key")
@click.argument("key_id", metavar="ID")
@click.option(
    "--grace-hours",
    type=click.IntRange(0, GRACE_HOURS_AT_MOST),
    default=GRACE // timedelta(hours=1),
    show_default=True,
    help="旧密钥仍可用的小时数 / hours for which the old key is still taken",
)
@_expires_option
@json_option
def rotate(key_id: str, grace_hours: int, expires: datetime | None, as_json: bool) -> None:
    """生成权限相同的新密钥；旧密钥在宽限期后失效。

    Make a new key that may do the same; the old one ends after a grace period.
    """
    with opened_records() as records:
        key = records.keys.rotate(
            key_id, grace=timedelta(hours=grace_hours), expires_at=_end_of(expires)
        )
        made = _kept(records, id_of(key))
    _show_new(key, made, as_json)


@keys.command("revoke", short_help="吊销密钥 / end a key")
@click.argument("key_id", metavar="ID")
@json_option
def revoke(key_id: str, as_json: bool) -> None:
    """立即吊销；正在运行的进程最迟 3 秒后不再接受。

    End a key now; processes that run refuse it after 3 seconds at most.
    """
    with opened_records() as records:
        revoked = records.keys.revoke(key_id)
    if as_json:
        print_json(_as_json(revoked))
        return
    console().print(plain(f"{key_id}: {_state(revoked)}"))


def _end_of(day: datetime | None) -> datetime | None:
    if day is None:
        return None
    after: date = day.date() + timedelta(days=1)
    return datetime.combine(after, time.min, tzinfo=CHINA_TIME)


def _supervises_any(records: Records, supervisor: str) -> bool:
    return any(each.supervisor == supervisor for each in records.institutions.list())


def _kept(records: Records, key_id: str) -> KeptKey:
    return next(each for each in records.keys.list() if each.holder.key_id == key_id)


def _show_new(key: str, made: KeptKey, as_json: bool) -> None:
    if as_json:
        print_json({**_as_json(made), "key": key})
        return
    console().print(key, markup=False)
    errors_console().print(
        f"编号 {made.holder.key_id}。请妥善保存：密钥不再显示 · "
        f"its id is {made.holder.key_id}; keep it safe: it is not shown again",
        style="dim",
    )


def _as_json(kept: KeptKey) -> dict[str, Any]:
    holder = kept.holder
    return {
        "id": holder.key_id,
        "kind": holder.kind.value,
        "institution": holder.institution,
        "supervisor": holder.supervisor,
        "scopes": sorted(holder.scopes),
        "title": kept.title,
        "created_at": shown_time(kept.created_at),
        "expires_at": shown_time(holder.expires_at) if holder.expires_at else None,
        "revoked_at": shown_time(kept.revoked_at) if kept.revoked_at else None,
    }


def _state(kept: KeptKey) -> str:
    if kept.revoked_at is not None:
        return f"已吊销 revoked {shown_time(kept.revoked_at)}"
    if kept.holder.expires_at is not None:
        return f"有效至 until {shown_time(kept.holder.expires_at)}"
    return "有效 valid"
