"""Reads instruments, check types, obligations and definitions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from fanzha.model.checking import Scope, check_condition
from fanzha.model.expressions import Expression
from fanzha.model.interval import Interval
from fanzha.model.norms import (
    CheckType,
    Contract,
    Definition,
    Due,
    Instrument,
    Modality,
    Nature,
    Obligation,
    Row,
    Stage,
    Table,
)
from fanzha.model.text import Text
from fanzha.model.value_types import Kind
from fanzha.model.vocabulary import Fact, FactKind, Parameter, Role
from fanzha.rulesets.cursor import Cursor, suggest

RANKS = {
    "law",
    "administrative_regulation",
    "departmental_rule",
    "normative_document",
    "judicial_interpretation",
}
DUE_UNITS = {"minutes", "hours", "days", "working_days", "months"}
_DUE_AMOUNT = re.compile(r"([0-9]{1,5}) ([a-z_]+)\Z")
_OBLIGATION_KEYS = {
    "id", "cites", "implements", "modality", "nature", "binds", "check_types", "stages",
    "in_force", "grade", "contract", "title", "duty", "applies", "violated", "due",
    "remedy", "liabilities",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What norms may refer to, all of it loaded before them."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]
    roles: Mapping[str, Role]
    instruments: Mapping[str, Instrument]
    check_types: Mapping[str, CheckType]
    domains_left_out: frozenset[str] = frozenset()
    """Domains whose plugin is not enabled: their check types are not known."""

    def condition_check(self, *, circumstances: bool = False) -> Callable[[Expression], None]:
        """Return the check of conditions over facts, or over circumstances for sanctions."""
        scope = Scope(
            facts={
                name: fact.type
                for name, fact in self.facts.items()
                if (fact.kind is FactKind.CIRCUMSTANCE) == circumstances
            },
            parameters={
                each.id: each.type for each in self.parameters.values() if each.type is not None
            },
            elsewhere=self._elsewhere(circumstances),
            personal={name for name, fact in self.facts.items() if fact.personal},
        )
        return lambda expression: check_condition(expression, scope)

    def _elsewhere(self, circumstances: bool) -> dict[str, Text]:
        kind = _ONLY_OPERATIONAL if circumstances else _ONLY_SANCTIONS
        return {
            name: kind
            for name, fact in self.facts.items()
            if (fact.kind is FactKind.CIRCUMSTANCE) != circumstances
        } | {f"${each.id}": _A_LIST for each in self.parameters.values() if each.type is None}


_ONLY_SANCTIONS = Text(
    zh="情节事实（circumstance）只在责任条款中使用",
    en="it is a circumstance: only the tiers of a liability read those",
)
_ONLY_OPERATIONAL = Text(
    zh="责任条款的档次只能使用情节事实（`kind: circumstance`）",
    en="the tiers of a liability read circumstances only (`kind: circumstance`)",
)
_A_LIST = Text(
    zh="该参数是列表；请直接写出各值：in ['a', 'b']",
    en="it is a list; write its values out: in ['a', 'b']",
)


def read_instrument(cursor: Cursor) -> Instrument:
    """Read `instrument.yaml`."""
    cursor.only({"key", "abbreviation", "title", "issuer", "rank", "in_force", "grade", "articles"})
    key, folder = cursor.at("key").string(), PurePosixPath(cursor.document.file).parent.name
    if key != folder:
        raise cursor.at("key").error(
            Text(
                zh=f"`{key}` 与文件夹名 `{folder}` 不同",
                en=f"`{key}` differs from the name of the folder, `{folder}`",
            ),
            hint=Text(zh="两者须一致", en="give both the same name"),
            code="ruleset_instrument_missing",
        )
    return Instrument(
        key=key,
        abbreviation=cursor.at("abbreviation").string(),
        title=cursor.at("title").text(),
        issuer=cursor.at("issuer").text(),
        rank=cursor.at("rank").word(RANKS, Text(zh="效力位阶", en="rank")),
        in_force=cursor.at("in_force").interval(),
        grade=cursor.at("grade").word({"A", "B"}, Text(zh="等级", en="grade")),
    )


def read_check_type(
    domain: str, name: str, cursor: Cursor, facts: Mapping[str, Fact], roles: Mapping[str, Role]
) -> CheckType:
    """Read one check type with its contracts, which must be numbered 1, 2, 3 …"""
    cursor.only({"title", "summary", "roles", "bearer", "contracts"})
    role = Text(zh="角色", en="role")
    contracts = tuple(_contract(each, facts) for each in cursor.at("contracts").elements())
    if [each.version for each in contracts] != list(range(1, len(contracts) + 1)):
        raise cursor.at("contracts").error(
            Text(
                zh="合同版本须从 1 起连续编号",
                en="contract versions count 1, 2, 3 … without gaps",
            ),
            hint=Text(
                zh="旧版本须保留，新版本写在后面",
                en="keep the old versions and add the new one behind them",
            ),
        )
    return CheckType(
        domain=domain,
        name=name,
        title=cursor.at("title").text(),
        summary=cursor.at("summary").text(),
        roles=frozenset(cursor.at("roles").words(roles, role)),
        contracts=contracts,
        bearer=frozenset(cursor.at("bearer").words(roles, role) if cursor.has("bearer") else ()),
    )


def _contract(cursor: Cursor, facts: Mapping[str, Fact]) -> Contract:
    cursor.only({"version", "from", "required", "summary"})
    return Contract(
        version=cursor.at("version").integer(),
        since=cursor.at("from").day(),
        required=cursor.at("required").words(facts, Text(zh="事实", en="fact")),
        summary=cursor.at("summary").text(),
    )


def read_obligation(cursor: Cursor, instrument: Instrument, known: Vocabulary) -> Obligation:
    """Read one obligation; the liabilities it names are checked when all are known."""
    cursor.only(_OBLIGATION_KEYS)
    check = known.condition_check()
    liabilities = cursor.at("liabilities") if cursor.has("liabilities") else None
    return Obligation(
        id=cursor.at("id").string(),
        cites=read_citations(cursor.at("cites"), known.instruments.values()),
        implements=cursor.at("implements").strings() if cursor.has("implements") else (),
        modality=Modality(
            cursor.at("modality").word(set(Modality), Text(zh="规范类型", en="modality"))
        ),
        nature=Nature(cursor.at("nature").word(set(Nature), Text(zh="性质", en="nature"))),
        binds=frozenset(cursor.at("binds").words(known.roles, Text(zh="角色", en="role"))),
        check_types=_check_types(cursor.at("check_types"), known),
        stages=_stages(cursor),
        in_force=read_interval(cursor, instrument),
        grade=_grade(cursor, instrument),
        contract=cursor.at("contract").integer() if cursor.has("contract") else 1,
        title=cursor.at("title").text(),
        duty=cursor.at("duty").text(),
        applies=cursor.at("applies").condition(check),
        violated=cursor.at("violated").condition(check),
        due=_due(cursor.at("due"), known) if cursor.has("due") else None,
        remedy=cursor.at("remedy").text(),
        firm=_links(liabilities, "firm"),
        possible=_links(liabilities, "possible"),
        instrument=instrument.key,
        file=cursor.document.file,
    )


def _links(cursor: Cursor | None, strength: str) -> tuple[str, ...]:
    if cursor is None:
        return ()
    cursor.only({"firm", "possible"})
    return cursor.at(strength).strings() if cursor.has(strength) else ()


def _grade(cursor: Cursor, instrument: Instrument) -> str:
    if not cursor.has("grade"):
        return instrument.grade
    return cursor.at("grade").word({"A", "B"}, Text(zh="等级", en="grade"))


def _stages(cursor: Cursor) -> frozenset[Stage]:
    if not cursor.has("stages"):
        return frozenset(Stage)
    words = cursor.at("stages").words(set(Stage), Text(zh="阶段", en="stage"))
    return frozenset(Stage(word) for word in words)


def _check_types(cursor: Cursor, known: Vocabulary) -> frozenset[str]:
    # Check types of domains whose plugin is not enabled are not known here: rules that serve
    # several domains must still load.
    found = cursor.strings()
    for position, each in enumerate(found):
        domain, slash, _ = each.partition("/")
        if not slash or (each not in known.check_types and domain not in known.domains_left_out):
            place = Cursor(cursor.document, each, (*cursor.path, position))
            raise place.error(
                Text(zh=f"未知检查类型 `{each}`", en=f"unknown check type `{each}`"),
                hint=suggest(each, known.check_types)
                or Text(zh="写成 领域/检查类型", en="write it as domain/check_type"),
                code="ruleset_word_unknown",
            )
    return frozenset(found)


def _due(cursor: Cursor, known: Vocabulary) -> Due:
    cursor.only({"from", "within"})
    start = cursor.at("from").word(known.facts, Text(zh="事实", en="fact"))
    if known.facts[start].type.kind is not Kind.DATETIME:
        raise cursor.at("from").error(
            Text(zh=f"`{start}` 不是时间", en=f"`{start}` is not a datetime"),
            hint=Text(zh="期限从某一时间起算", en="a deadline runs from a datetime"),
        )
    refuse_personal(cursor.at("from"), known.facts[start])
    amount, unit = _period(cursor.at("within"), known.parameters)
    if unit not in DUE_UNITS:
        raise cursor.at("within").error(
            Text(zh=f"`{unit}` 不是期限单位", en=f"`{unit}` is not a unit of a deadline"),
            hint=Text(
                zh="可用：" + "、".join(sorted(DUE_UNITS)),
                en="units: " + ", ".join(sorted(DUE_UNITS)),
            ),
        )
    return Due(start, amount, unit)


def refuse_personal(place: Cursor, fact: Fact) -> None:
    """Raise RulesetError for a fact of which nothing but a digest is there to judge again by."""
    if fact.personal:
        raise place.error(
            Text(
                zh=f"`{fact.name}` 是个人信息，只存摘要，不能据以计算",
                en=f"`{fact.name}` is personal and kept as a digest only: nothing can be "
                "computed from it",
            ),
            hint=Text(
                zh="请改用派生事实（derived），其值会保存",
                en="derive a fact from it, whose value is kept",
            ),
        )


def _period(cursor: Cursor, parameters: Mapping[str, Parameter]) -> tuple[int | str, str]:
    source = cursor.string()
    if source.startswith("$"):
        name = source[1:]
        if name not in parameters:
            raise cursor.error(
                Text(zh=f"未知参数 `${name}`", en=f"unknown parameter `${name}`"),
                hint=suggest(source, [f"${each}" for each in parameters])
                or Text(zh="请先在 parameters/ 中声明", en="declare it under parameters/ first"),
                code="ruleset_word_unknown",
            )
        return name, parameters[name].unit
    match = _DUE_AMOUNT.match(source)
    if match is None:
        raise cursor.error(
            Text(zh=f"无法理解期限 `{source}`", en=f"cannot read the period `{source}`"),
            hint=Text(zh="写成 `30 minutes` 或 `$参数`", en="write `30 minutes` or `$parameter`"),
        )
    return int(match[1]), match[2]


def read_definition(cursor: Cursor, instrument: Instrument, known: Vocabulary) -> Definition:
    """Read one definition; circles are found when all are known."""
    cursor.only(
        {"element", "cites", "title", "check_types", "in_force", "when", "false_when", "table"}
    )
    element = cursor.at("element").word(known.facts, Text(zh="要件", en="element"))
    fact = known.facts[element]
    if fact.kind is not FactKind.ELEMENT or fact.type.kind is not Kind.BOOLEAN:
        raise cursor.at("element").error(
            Text(zh=f"`{element}` 不是布尔要件", en=f"`{element}` is not a boolean element"),
            hint=Text(
                zh="请在事实文件中写 `type: boolean` 和 `kind: element`",
                en="give the fact `type: boolean` and `kind: element`",
            ),
        )
    check = known.condition_check()
    if cursor.has("table") and (cursor.has("when") or cursor.has("false_when")):
        raise cursor.error(
            Text(
                zh="`table` 不能与 `when`、`false_when` 并用",
                en="`table` stands instead of `when` and `false_when`",
            ),
            hint=Text(zh="请删除其中之一", en="keep one of the two"),
        )
    return Definition(
        element=element,
        cites=read_citations(cursor.at("cites"), known.instruments.values()),
        title=cursor.at("title").text(),
        check_types=_check_types(cursor.at("check_types"), known)
        if cursor.has("check_types")
        else frozenset(),
        in_force=read_interval(cursor, instrument),
        when=_table(cursor.at("table"), known, check)
        if cursor.has("table")
        else cursor.at("when").condition(check),
        false_when=cursor.at("false_when").condition(check) if cursor.has("false_when") else None,
        instrument=instrument.key,
        file=cursor.document.file,
    )


def read_interval(cursor: Cursor, instrument: Instrument) -> Interval:
    """Read `in_force`; without it a rule is in force as long as its instrument."""
    return cursor.at("in_force").interval() if cursor.has("in_force") else instrument.in_force


def _table(cursor: Cursor, known: Vocabulary, check: Callable[[Expression], None]) -> Table:
    cursor.only({"by", "rows", "otherwise"})
    by = cursor.at("by").words(known.facts, Text(zh="事实", en="fact"))
    choices = [_values_of(known.facts[name], cursor.at("by")) for name in by]
    rows: dict[tuple[str | bool, ...], Expression] = {}
    for each in cursor.at("rows").elements():
        key = _row_key(each, by, choices)
        if key in rows:
            raise each.error(
                Text(zh="该行与前面的行重复", en="an earlier row has the same values"),
                hint=Text(zh="请合并两行", en="merge the two rows"),
            )
        rows[key] = each.at("when").condition(check)
    otherwise = cursor.at("otherwise").condition(check) if cursor.has("otherwise") else None
    complete = [
        Row(tuple(zip(by, key, strict=True)), _row_condition(rows.get(key, otherwise), key, cursor))
        for key in itertools.product(*choices)
    ]
    return Table(by, tuple(complete))


def _row_condition(
    condition: Expression | None, key: tuple[str | bool, ...], cursor: Cursor
) -> Expression:
    if condition is None:
        shown = ", ".join(map(_shown, key))
        raise cursor.error(
            Text(zh=f"表中没有 {shown} 的行", en=f"the table has no row for {shown}"),
            hint=Text(zh="请补上该行或 `otherwise`", en="add the row, or an `otherwise`"),
            code="ruleset_table_incomplete",
        )
    return condition


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values_of(fact: Fact, place: Cursor) -> tuple[str | bool, ...]:
    if fact.type.kind is Kind.ENUM:
        return fact.type.values
    if fact.type.kind is Kind.BOOLEAN:
        return (True, False)
    raise place.error(
        Text(zh=f"`{fact.name}` 不能作为表的分类", en=f"`{fact.name}` cannot class a table"),
        hint=Text(zh="表按 enum 或 boolean 分类", en="tables go by enum or boolean facts"),
    )


def _row_key(
    cursor: Cursor, by: tuple[str, ...], choices: list[tuple[str | bool, ...]]
) -> tuple[str | bool, ...]:
    cursor.only({"match", "when"})
    match = cursor.at("match")
    match.only(by)
    key: list[str | bool] = []
    for name, values in zip(by, choices, strict=True):
        value = match.at(name).value
        if value not in values:
            raise match.at(name).error(
                Text(
                    zh=f"`{name}` 没有值 `{_shown(value)}`",
                    en=f"`{name}` has no value `{_shown(value)}`",
                ),
                hint=suggest(str(value), [str(each) for each in values])
                or Text(
                    zh="可用的值：" + "、".join(map(_shown, values)),
                    en="values: " + ", ".join(map(_shown, values)),
                ),
                code="ruleset_word_unknown",
            )
        key.append(value)
    return tuple(key)


def read_citations(cursor: Cursor, instruments: Iterable[Instrument]) -> tuple[str, ...]:
    """Read citations; each must start with the abbreviation of an instrument."""
    abbreviations = [each.abbreviation for each in instruments]
    found = cursor.strings()
    if not found:
        raise cursor.error(
            Text(zh="没有引用依据", en="no citation"),
            hint=Text(zh="每条规则都须注明条款", en="every rule names its provision"),
            code="ruleset_citation_missing",
        )
    for each in found:
        if not any(each == name or each.startswith(f"{name} ") for name in abbreviations):
            raise cursor.error(
                Text(
                    zh=f"没有文件的简称与 `{each}` 相符",
                    en=f"no instrument has the abbreviation that `{each}` starts with",
                ),
                hint=suggest(each.split(" ")[0], abbreviations)
                or Text(
                    zh="写成“简称 条款”，简称见 instrument.yaml",
                    en="write `<abbreviation> <pinpoint>`; abbreviations stand in instrument.yaml",
                ),
                code="ruleset_citation_unknown",
            )
    return found
