"""`fanzha digests`: the keys that personal facts are digested with."""

from __future__ import annotations

from fanzha.cli import main
from fanzha.cli.output import console, json_option, print_json
from fanzha.records.personal import PersonalDigests, load_retired, load_secret, rotate_secret
from fanzha.settings import Settings


@main.group()
def digests() -> None:
    """个人信息摘要的密钥 / keys of the digests of personal facts."""


@digests.command("keys")
@json_option
def list_keys(as_json: bool) -> None:
    """列出可比对的密钥编号，最后一个用于新的摘要 / key ids; the last one makes new digests."""
    path = Settings.from_environment().secret_key_file
    found = PersonalDigests(load_secret(path), load_retired(path)).key_ids
    if as_json:
        print_json({"keys": list(found), "newest": found[-1]})
    else:
        for each in found:
            console().print(each, markup=False)


@digests.command("rotate", short_help="更换密钥 / change the key")
@json_option
def rotate(as_json: bool) -> None:
    """生成新密钥用于新的摘要；旧密钥保留在旁，旧摘要仍可比对。之后请重启服务。

    Make a new key for new digests and keep the old one beside it, so that old digests can still
    be matched. Restart the service afterwards: each process reads the key when it starts.
    """
    before, after = rotate_secret(Settings.from_environment().secret_key_file)
    if as_json:
        print_json({"before": before, "after": after})
    else:
        console().print(f"[bold green]✓[/] {before} → {after}；请重启服务 · restart the service")
