"""The derivation of one status, as a tree: conditions, facts, definitions, numbers."""

from __future__ import annotations

from collections.abc import Mapping

from fanzha.cli.page import Json, Page, numbered, plainly
from fanzha.model.text import Text

_DEPTH = 2
_BINDS = Text(zh="义务主体", en="binds")
_ROLES = Text(zh="机构角色", en="roles held")
_APPLIES = Text(zh="适用条件", en="applies")
_VIOLATED = Text(zh="违反条件", en="violated")
_TABLE = Text(zh="分类", en="by class")
_ORIGINS: Mapping[str, Text] = {
    "check": Text(zh="检查所载", en="of the check"),
    "stated": Text(zh="所述", en="stated"),
    "profile": Text(zh="机构档案", en="from the profile"),
    "definition": Text(zh="依定义", en="by definition"),
    "computed": Text(zh="计算", en="computed"),
    "assumed": Text(zh="假定", en="assumed"),
    "missing": Text(zh="缺少", en="missing"),
}


def print_derivation(page: Page, derivation: Json) -> None:
    """Print how a status follows, below its obligation."""
    if "binds" in derivation:
        page.detail(_DEPTH, _BINDS, ", ".join(derivation["binds"]))
        page.detail(_DEPTH, _ROLES, ", ".join(derivation["roles"]))
        return
    for label, condition in ((_APPLIES, "applies"), (_VIOLATED, "violated")):
        page.detail(_DEPTH, label, page.truth(derivation[condition]["truth"]))
        _condition(page, _DEPTH + 1, derivation[condition])
    for fact in derivation["facts"]:
        _fact(page, _DEPTH, fact)
    for parameter in derivation["parameters"]:
        _parameter(page, _DEPTH, parameter)


def _condition(page: Page, depth: int, condition: Json) -> None:
    """Print a condition, or its parts where it has several: they say it all."""
    parts = condition.get("parts", ())
    if len(parts) < 2:
        page.line(depth, condition["condition"], "  ", page.truth(condition["truth"]))
        return
    for part in parts:
        _condition(page, depth, part)


def _fact(page: Page, depth: int, fact: Json) -> None:
    value = f" = {plainly(fact['value'])}" if "value" in fact else ""
    page.line(
        depth,
        ("· ", "dim"),
        f"{fact['fact']}{value}",
        (f"  {page.joined([page.say(fact['title']), page.say(_ORIGINS[fact['from']])])}", "dim"),
    )
    if "definition" in fact:
        _definition(page, depth + 1, fact["definition"])
    if "derivation" in fact:
        computation = fact["derivation"]
        inputs = [each["fact"] for each in computation["inputs"]]
        page.line(depth + 1, f"{computation['function']}({', '.join(inputs)})", style="dim")
        for each in computation["inputs"]:
            _fact(page, depth + 1, each)


def _definition(page: Page, depth: int, definition: Json) -> None:
    truth = True if definition["true"] else (False if definition["false"] else None)
    condition = definition.get("condition") or (f"{page.say(_TABLE)} {', '.join(definition['by'])}")
    page.line(depth, page.say(definition["title"]), (f"  {', '.join(definition['cites'])}", "dim"))
    page.line(depth, condition, "  ", page.truth(truth))
    for each in definition["facts"]:
        _fact(page, depth, each)
    for each in definition["parameters"]:
        _parameter(page, depth, each)


def _parameter(page: Page, depth: int, parameter: Json) -> None:
    sources = [f"{each['instrument']} {each['pinpoint']}" for each in parameter["source"]]
    told = [page.say(parameter["title"]), *sources, page.period(parameter["in_force"])]
    page.line(
        depth,
        ("· ", "dim"),
        numbered(parameter),
        (f"  {page.joined(told)}", "dim"),
    )
