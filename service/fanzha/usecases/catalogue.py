"""What the law asks, as plain JSON values: the law as loaded, on one day. No rule is applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from fanzha.errors import Location, NotFound, WrongQuery
from fanzha.model.expressions import parameters_in, render
from fanzha.model.interval import Interval
from fanzha.model.law import BundleIdentity, Law
from fanzha.model.norms import CheckType, Contract, Definition, Obligation, Table
from fanzha.model.sanctions import Liability, Tier
from fanzha.model.text import Text
from fanzha.model.vocabulary import Parameter
from fanzha.plugins import PluginIdentity
from fanzha.rulesets.cursor import suggest
from fanzha.usecases.check_form import find_check_type, find_domain
from fanzha.usecases.fact_schema import circumstances_schema, facts_read, facts_schema
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the law is asked for; None means all of it.

    `check_type` is `domain/name`; `instrument` is the instrument's key, such as `atofl`.
    """

    domain: str | None = None
    check_type: str | None = None
    instrument: str | None = None

    def refuse_unknown(self, law: Law) -> None:
        """Raise UnknownDomain, UnknownCheckType or WrongQuery for what the law does not have."""
        if self.domain is not None:
            find_domain(self.domain, law)
        if self.check_type is not None:
            domain, _, name = self.check_type.partition("/")
            find_check_type(domain, name, law)
        if self.instrument is not None and self.instrument not in law.instruments:
            raise WrongQuery(
                Text(
                    zh=f"没有法律文件 `{self.instrument[:60]}`",
                    en=f"no instrument `{self.instrument[:60]}`",
                ),
                hint=_known(self.instrument, law.instruments),
                where=Location(path="instrument"),
            )

    def takes(self, obligation: Obligation) -> bool:
        """Tell whether an obligation belongs to it."""
        if self.instrument not in {None, obligation.instrument}:
            return False
        return any(self._takes_check_type(each) for each in obligation.check_types)

    def _takes_check_type(self, key: str) -> bool:
        in_domain = self.domain is None or key.partition("/")[0] == self.domain
        return in_domain and self.check_type in {None, key}


EVERYTHING = Selection()


# --- what can be checked -------------------------------------------------------------------


def domains(rulebook: Rulebook) -> list[Json]:
    """Return the domains, those of plugins first, each with its check types."""
    law = rulebook.law
    of_plugins = {each.value.name: each for each in rulebook.plugins.domains}
    brought = [
        {
            "domain": name,
            "title": each.value.title.as_json(),
            "summary": each.value.summary.as_json(),
            "plugin": each.plugin.name,
            "check_types": _check_types_of(law, name),
        }
        for name, each in of_plugins.items()
    ]
    # Rules without code: a folder can bring a domain too.
    written = [
        {
            "domain": name,
            "title": title.as_json(),
            "summary": (each.title if (each := _bundle_of(law, name)) else title).as_json(),
            "bundle": each.name if each else "",
            "check_types": _check_types_of(law, name),
        }
        for name, title in law.domains.items()
        if name not in of_plugins
    ]
    return [*brought, *written]


def _check_types_of(law: Law, domain: str) -> list[Json]:
    found = [each for each in law.check_types.values() if each.domain == domain]
    return [_check_type_summary(each) for each in found]


def _bundle_of(law: Law, domain: str) -> BundleIdentity | None:
    for each in law.bundles:
        if each.identity and f"{domain}_".startswith(f"{each.identity.prefix}_"):
            return each.identity
    return None


def check_type(rulebook: Rulebook, domain: str, name: str, day: date) -> Json:
    """Return all that is needed to post a check of this type about an act on `day`.

    Raises UnknownDomain or UnknownCheckType.
    """
    law = rulebook.law
    found = find_check_type(domain, name, law)
    raised = [each for each in law.obligations_of(found.key) if each.in_force.contains(day)]
    return {
        "domain": found.domain,
        **_check_type_summary(found),
        "as_of": day.isoformat(),
        "contracts": [_contract(each) for each in found.contracts],
        "obligations": [_obligation_summary(law, each) for each in raised],
        "facts": facts_schema(law, found, raised, day),
        "circumstances": circumstances_schema(law, raised, day),
    }


def _check_type_summary(check_type: CheckType) -> Json:
    return {
        "check_type": check_type.name,
        "title": check_type.title.as_json(),
        "summary": check_type.summary.as_json(),
        "roles": sorted(check_type.roles),
        "bearer": sorted(check_type.bearer),
    }


def _contract(contract: Contract) -> Json:
    return {
        "version": contract.version,
        "since": contract.since.isoformat(),
        "required": list(contract.required),
        "summary": contract.summary.as_json(),
    }


# --- obligations ---------------------------------------------------------------------------


def obligations(rulebook: Rulebook, day: date, selection: Selection = EVERYTHING) -> list[Json]:
    """Return the obligations in force on `day`, by id."""
    law = rulebook.law
    selection.refuse_unknown(law)
    return [_obligation(law, each) for each in _selected(law, day, selection)]


def obligation(rulebook: Rulebook, id_: str, day: date) -> Json:
    """Return one obligation with the facts and numbers that it rests on.

    Raises NotFound when there is none, or when it is not in force on `day`.
    """
    law = rulebook.law
    found = law.obligations.get(id_)
    if found is None:
        raise NotFound(
            Text(zh=f"没有义务 `{id_[:60]}`", en=f"no obligation `{id_[:60]}`"),
            hint=_known(id_, law.obligations),
        )
    if not found.in_force.contains(day):
        raise NotFound(
            Text(
                zh=f"义务 `{id_}` 在 {day} 不生效",
                en=f"obligation `{id_}` is not in force on {day}",
            ),
            hint=Text(
                zh=f"请将 as_of 设在 {_period(found.in_force).zh}",
                en=f"choose as_of {_period(found.in_force).en}",
            ),
            where=Location(path="as_of"),
        )
    return {
        **_obligation(law, found),
        "as_of": day.isoformat(),
        "facts": [_named(law, name) for name in sorted(found.facts)],
        "parameters": [_parameter(law, law.parameters[name]) for name in sorted(found.parameters)],
        "definitions": [
            _definition(each)
            for each in law.definitions
            if each.element in found.facts
            and each.in_force.contains(day)
            and any(each.concerns(key) for key in found.check_types)
        ],
    }


def _selected(law: Law, day: date, selection: Selection) -> list[Obligation]:
    found = (each for each in law.obligations.values() if each.in_force.contains(day))
    return sorted((each for each in found if selection.takes(each)), key=lambda each: each.id)


def _obligation_summary(law: Law, obligation: Obligation) -> Json:
    return {
        "id": obligation.id,
        "cites": list(obligation.cites),
        "title": obligation.title.as_json(),
        "modality": obligation.modality.value,
        "nature": obligation.nature.value,
        "binds": [
            {"role": name, "title": law.roles[name].title.as_json()}
            for name in sorted(obligation.binds)
        ],
        "stages": sorted(each.value for each in obligation.stages),
        "contract": obligation.contract,
        "grade": obligation.grade,
        "in_force": obligation.in_force.as_json(),
    }


def _obligation(law: Law, obligation: Obligation) -> Json:
    due = obligation.due
    return {
        **_obligation_summary(law, obligation),
        "implements": list(obligation.implements),
        "duty": obligation.duty.as_json(),
        "check_types": sorted(obligation.check_types),
        "applies": render(obligation.applies),
        "violated": render(obligation.violated),
        "due": {"from": due.start, "within": due.amount, "unit": due.unit} if due else None,
        "remedy": obligation.remedy.as_json(),
        "liabilities": {"firm": list(obligation.firm), "possible": list(obligation.possible)},
        "source": _source(law, obligation.instrument),
        "file": obligation.file,
    }


def _definition(definition: Definition) -> Json:
    when = definition.when
    return {
        "element": definition.element,
        "cites": list(definition.cites),
        "title": definition.title.as_json(),
        "in_force": definition.in_force.as_json(),
        "when": _rows(when) if isinstance(when, Table) else render(when),
        "false_when": render(definition.false_when) if definition.false_when else None,
    }


def _rows(table: Table) -> list[Json]:
    return [{"match": dict(row.match), "when": render(row.when)} for row in table.rows]


# --- liabilities ---------------------------------------------------------------------------


def liabilities(rulebook: Rulebook, day: date, selection: Selection = EVERYTHING) -> list[Json]:
    """Return the liabilities in force on `day`, by id.

    With a domain or a check type: those that its obligations of that day can bring.
    """
    law = rulebook.law
    selection.refuse_unknown(law)
    found = [each for each in law.liabilities.values() if each.in_force.contains(day)]
    if selection.instrument is not None:
        found = [each for each in found if each.instrument == selection.instrument]
    if selection.domain is not None or selection.check_type is not None:
        raised = _selected(law, day, Selection(selection.domain, selection.check_type))
        brought = {id_ for each in raised for id_ in (*each.firm, *each.possible)}
        found = [each for each in found if each.id in brought]
    return [_liability(law, each) for each in sorted(found, key=lambda each: each.id)]


def _liability(law: Law, liability: Liability) -> Json:
    return {
        "id": liability.id,
        "cites": list(liability.cites),
        "type": liability.type.value,
        "subject": [each.value for each in liability.subjects],
        "binds": sorted(liability.binds),
        "title": liability.title.as_json(),
        "authority": liability.authority.as_json(),
        "items": [{"item": each.item, "act": each.act.as_json()} for each in liability.items],
        "tiers": [_tier(law, each) for each in liability.tiers],
        "in_force": liability.in_force.as_json(),
        "note": liability.note.as_json() if liability.note else None,
        "source": _source(law, liability.instrument),
        "file": liability.file,
    }


def _tier(law: Law, tier: Tier) -> Json:
    fine, days = tier.fine, tier.detention_days
    return {
        "name": tier.name,
        "title": tier.title.as_json(),
        "when": render(tier.when),
        "additive": tier.additive,
        "fine": {
            "minimum": fine.minimum,
            "maximum": fine.maximum,
            "multiple_of": fine.multiple_of,
            "alternative": fine.optional,
        }
        if fine
        else None,
        "detention_days": {"minimum": days.minimum, "maximum": days.maximum} if days else None,
        "measures": _measures(law, tier.measures),
        "optional_measures": _measures(law, tier.optional_measures),
    }


def _measures(law: Law, names: Iterable[str]) -> list[Json]:
    return [{"measure": name, "title": law.measures[name].as_json()} for name in names]


# --- parameters ----------------------------------------------------------------------------


def parameters(rulebook: Rulebook, day: date, selection: Selection = EVERYTHING) -> list[Json]:
    """Return the dated numbers in force on `day`, by id.

    With a domain or a check type: those that its rules of that day read.
    """
    law = rulebook.law
    selection.refuse_unknown(law)
    found = [each for each in law.parameters.values() if each.in_force.contains(day)]
    if selection.instrument is not None:
        found = [
            each
            for each in found
            if any(source.instrument == selection.instrument for source in each.sources)
        ]
    if selection.domain is not None or selection.check_type is not None:
        read = set(_parameters_read(law, day, Selection(selection.domain, selection.check_type)))
        found = [each for each in found if each.id in read]
    return [_parameter(law, each) for each in sorted(found, key=lambda each: each.id)]


def _parameters_read(law: Law, day: date, selection: Selection) -> Iterator[str]:
    raised = _selected(law, day, selection)
    for each in raised:
        yield from each.parameters
        for id_ in (*each.firm, *each.possible):
            for tier in law.liabilities[id_].tiers:
                yield from parameters_in(tier.when)
    elements = set[str]().union(*(_elements_of(law, each, day) for each in raised))
    for definition in law.definitions:
        if definition.element in elements and definition.in_force.contains(day):
            yield from definition.parameters


def _elements_of(law: Law, obligation: Obligation, day: date) -> set[str]:
    """Return the facts that an obligation rests on, through definitions and derivations."""
    found: set[str] = set()
    for key in obligation.check_types:
        found |= facts_read(law, key, [obligation], day)
    return found


def _parameter(law: Law, parameter: Parameter) -> Json:
    value = parameter.value
    return {
        "id": parameter.id,
        "title": parameter.title.as_json(),
        "value": list(value) if isinstance(value, tuple) else value,
        "unit": parameter.unit,
        "applies_to": list(parameter.applies_to),
        "in_force": parameter.in_force.as_json(),
        "sources": [
            {**_source(law, each.instrument), "pinpoint": each.pinpoint}
            for each in parameter.sources
        ],
        "implements": list(parameter.implements),
        "grade": parameter.grade,
        "note": parameter.note.as_json() if parameter.note else None,
    }


# --- plugins -------------------------------------------------------------------------------


def plugins(rulebook: Rulebook) -> list[Json]:
    """Return the installed plugins, the enabled ones first."""
    loaded = rulebook.plugins
    enabled = [_enabled(each, rulebook) for each in loaded.identities]
    # A plugin that is not enabled is not imported either: its hooks are not known.
    others = [
        {
            **_identity(each),
            "enabled": False,
            "state": "not_enabled",
            "hooks": [],
            "check_types": [],
            "obligations": [],
            "functions": [],
        }
        for each in loaded.not_enabled
    ]
    return [*enabled, *others]


def _enabled(plugin: PluginIdentity, rulebook: Rulebook) -> Json:
    loaded, law = rulebook.plugins, rulebook.law
    domains = {each.value.name for each in loaded.domains if each.plugin == plugin}
    check_types = [key for key, each in law.check_types.items() if each.domain in domains]
    spent = rulebook.runner.spent(plugin.name)
    found: Json = {
        **_identity(plugin),
        "enabled": True,
        "state": "hanging" if spent.hanging else "enabled",
        "api": loaded.apis.get(plugin.name, 1),
        "hooks": list(loaded.hooks[plugin.name]),
        "check_types": check_types,
        "obligations": sorted(
            id_ for id_, each in law.obligations.items() if each.check_types & set(check_types)
        ),
        "functions": sorted(
            name for name, owner in rulebook.owners.items() if owner == plugin.name
        ),
        "spent": {
            "calls": spent.calls,
            "total_ms": round(spent.seconds * 1000, 3),
            "hanging": list(spent.hanging),
        },
    }
    prefix = loaded.prefix_of(plugin.name)
    return found if prefix is None else {**found, "prefix": prefix}


def _identity(plugin: PluginIdentity) -> Json:
    return {"name": plugin.name, "version": plugin.version, "origin": plugin.origin}


# --- shared --------------------------------------------------------------------------------


def _source(law: Law, key: str) -> Json:
    instrument = law.instruments[key]
    return {
        "instrument": key,
        "title": instrument.title.as_json(),
        "issuer": instrument.issuer.as_json(),
        "rank": instrument.rank,
        "grade": instrument.grade,
    }


def _named(law: Law, name: str) -> Json:
    return {"fact": name, "title": law.facts[name].title.as_json()}


def _period(interval: Interval) -> Text:
    if interval.last is None:
        return Text(zh=f"{interval.first} 或之后", en=f"on or after {interval.first}")
    return Text(
        zh=f"{interval.first} 至 {interval.last} 之间",
        en=f"from {interval.first} to {interval.last}",
    )


def _known(word: str, known: Iterable[str]) -> Text:
    all_of_them = Text(zh="请先列出全部再选取", en="list them all and take one of those")
    return suggest(word[:60], sorted(known)) or all_of_them
