"""Names that a folder from outside brings begin with its prefix, so that none can clash later."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from fanzha.errors import FanzhaError
from fanzha.model.text import Text
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.places import Places

_WORDS = {
    "fact": Text(zh="事实", en="fact"),
    "parameter": Text(zh="参数", en="parameter"),
    "role": Text(zh="角色", en="role"),
    "measure": Text(zh="措施", en="measure"),
}


def without_prefix(places: Places, owners: Mapping[str, RuleFolder]) -> Iterator[FanzhaError]:
    """Yield an error for each new word that lacks the prefix of the folder it stands in."""
    for (what, name), cursor in places.cursors.items():
        prefix = owners[cursor.document.file].prefix
        if what in _WORDS and prefix is not None and not _begins(name, prefix):
            if what == "parameter":
                yield _lacking(cursor.at("id"), _WORDS[what], name, f"{prefix}.")
            else:
                yield _lacking(cursor, _WORDS[what], name, f"{prefix}_", is_key=True)


def of_domain(cursor: Cursor, owner: RuleFolder, domains: Collection[str]) -> Iterator[FanzhaError]:
    """Yield an error for a new domain, or a new check type of another's, without the prefix.

    `domains` are those that are known before the file is read.
    """
    domain, prefix = cursor.at("domain").string(), owner.prefix
    if prefix is None or domain in owner.domains or domain == prefix or _begins(domain, prefix):
        return
    if domain not in domains:
        yield _lacking(cursor.at("domain"), Text(zh="领域", en="domain"), domain, prefix)
        return
    for name, each in cursor.at("check_types").entries():
        if not _begins(name, prefix):
            yield _lacking(each, Text(zh="检查类型", en="check type"), name, f"{prefix}_", True)


def _begins(name: str, prefix: str) -> bool:
    return name.startswith((f"{prefix}_", f"{prefix}."))


def _lacking(
    cursor: Cursor, what: Text, name: str, start: str, is_key: bool = False
) -> FanzhaError:
    message = Text(
        zh=f"{what.zh} `{name}` 没有以前缀 `{start}` 开头",
        en=f"{what.en} `{name}` does not begin with the prefix `{start}`",
    )
    hint = Text(
        zh="来自服务之外的名称以其规则包或插件的前缀开头",
        en="names from outside the service begin with the prefix of their bundle or plugin",
    )
    code = "ruleset_prefix_missing"
    if is_key:
        return cursor.key_error(message, hint=hint, code=code)
    return cursor.error(message, hint=hint, code=code)
