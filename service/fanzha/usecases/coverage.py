"""Which provisions of a law are encoded, by what, and proved by how many cases; and why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from fanzha.errors import NotFound
from fanzha.model.expressions import parameters_in
from fanzha.model.law import Law
from fanzha.model.norms import Definition, Obligation
from fanzha.model.provisions import Disposition, NormKind, Provision
from fanzha.model.text import Text
from fanzha.model.vocabulary import Parameter
from fanzha.rulesets.cursor import suggest
from fanzha.usecases.cases import Case
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]

LAW = "atofl"
ENCODED, MISSING = "encoded", "missing"
DISPOSITIONS = (ENCODED, *(each.value for each in Disposition), MISSING)
STATUSES = ("fulfilled", "violated", "pending", "undetermined", "not_applicable", "error")

_DUTIES = {NormKind.OBLIGATION, NormKind.PROHIBITION}


def coverage(rulebook: Rulebook, cases: Sequence[Case], law_key: str = LAW) -> Json:
    """Return the account of a law: each provision, its rules and cases; then all parameters.

    A provision is encoded by the obligation of its id (or of its id with a further part, where
    the duty is told apart by whom it binds), or, where no other provision is cited in
    the same way, by whatever obligation or definition cites it. Raises NotFound for a law that
    keeps no account of its provisions.
    """
    law = rulebook.law
    provisions = [each for each in law.provisions.values() if each.instrument == law_key]
    if not provisions:
        raise _no_account(law_key, law)
    account = _Account(law, provisions, cases)
    rows = [account.row(each) for each in provisions]
    duties = [row for row, each in zip(rows, provisions, strict=True) if each.kind in _DUTIES]
    parameters = [_parameter(each, law) for each in law.parameters.values()]
    return {
        "law": {"key": law_key, "title": law.instruments[law_key].title.as_json()},
        "summary": _summary(rows),
        "summary_of_duties": _summary(duties),
        "provisions": rows,
        "summary_of_parameters": _summary_of_parameters(parameters),
        "parameters": parameters,
    }


def is_complete(account: Json) -> bool:
    """Tell whether nothing is missing: no provision, and no reason why a parameter is unused."""
    return not account["summary"][MISSING] and not account["summary_of_parameters"]["unexplained"]


class _Account:
    def __init__(self, law: Law, provisions: Sequence[Provision], cases: Sequence[Case]) -> None:
        self._law = law
        self._cases = cases
        self._cited = Counter(each.cites for each in provisions)
        self._reads: dict[str, frozenset[str]] = {}

    def row(self, provision: Provision) -> Json:
        """Return what is known of one provision."""
        obligations = self._obligations(provision)
        definitions = self._definitions(provision, obligations)
        details = [
            each.id
            for each in self._law.obligations.values()
            if provision.cites in each.implements and each not in obligations
        ]
        row: Json = {
            "id": provision.id,
            "cites": provision.cites,
            "kind": provision.kind.value,
            "title": provision.title.as_json(),
            "disposition": _disposition(provision, bool(obligations or definitions)),
            "obligations": [each.id for each in obligations],
            "definitions": sorted({each.element for each in definitions}),
            "detailed_by": sorted(details),
            "check_types": sorted(_check_types(obligations, definitions)),
            "cases": self._proofs(obligations, definitions),
        }
        if row["disposition"] not in {ENCODED, MISSING} and provision.reason is not None:
            row["reason"] = provision.reason.as_json()
        return row

    def _obligations(self, provision: Provision) -> list[Obligation]:
        alone = self._cited[provision.cites] == 1
        return [
            each
            for each in self._law.obligations.values()
            if f"{each.id}.".startswith(f"{provision.id}.")
            or (alone and provision.cites in each.cites)
        ]

    def _definitions(
        self, provision: Provision, obligations: Sequence[Obligation]
    ) -> list[Definition]:
        alone = self._cited[provision.cites] == 1
        read = frozenset[str]().union(*(self._closure(each) for each in obligations))
        return [
            each
            for each in self._law.definitions
            if provision.cites in each.cites and (alone or each.element in read)
        ]

    def _closure(self, obligation: Obligation) -> frozenset[str]:
        """Return the elements that an obligation reads, also through others."""
        if obligation.id not in self._reads:
            found: set[str] = set()
            pending = list(obligation.facts)
            while pending:
                name = pending.pop()
                if name in found:
                    continue
                found.add(name)
                for each in self._law.definitions:
                    if each.element == name:
                        pending.extend(each.facts)
            self._reads[obligation.id] = frozenset(found)
        return self._reads[obligation.id]

    def _proofs(self, obligations: Sequence[Obligation], definitions: Sequence[Definition]) -> Json:
        """Count the cases that name its obligations, or those that read its definitions."""
        named = {each.id for each in obligations}
        if not named:
            elements = {each.element for each in definitions}
            named = {
                each.id for each in self._law.obligations.values() if elements & self._closure(each)
            }
        count, proved = 0, set()
        for case in self._cases:
            shown = {status for id_, status in case.statuses.items() if id_ in named}
            count += bool(shown)
            proved |= shown
        return {"count": count, "statuses": [each for each in STATUSES if each in proved]}


def _disposition(provision: Provision, is_encoded: bool) -> str:
    if is_encoded:
        return ENCODED
    return provision.disposition.value if provision.disposition is not None else MISSING


def _check_types(
    obligations: Iterable[Obligation], definitions: Iterable[Definition]
) -> frozenset[str]:
    used = [each.check_types for each in obligations] or [each.check_types for each in definitions]
    return frozenset[str]().union(*used)


def _summary(rows: Sequence[Json]) -> Json:
    counts = Counter(row["disposition"] for row in rows)
    return {"provisions": len(rows), **{word: counts[word] for word in DISPOSITIONS}}


def _parameter(parameter: Parameter, law: Law) -> Json:
    readers = {
        "obligations": [
            each.id for each in law.obligations.values() if parameter.id in each.parameters
        ],
        "definitions": sorted(
            {each.element for each in law.definitions if parameter.id in each.parameters}
        ),
        "liabilities": [
            each.id
            for each in law.liabilities.values()
            if any(parameter.id in parameters_in(tier.when) for tier in each.tiers)
        ],
    }
    row: Json = {
        "id": parameter.id,
        "title": parameter.title.as_json(),
        "grade": parameter.grade,
        "implements": list(parameter.implements),
        **readers,
        "used": any(readers.values()),
    }
    if not row["used"] and parameter.unused is not None:
        row["unused"] = parameter.unused.as_json()
    return row


def _summary_of_parameters(rows: Sequence[Json]) -> Json:
    return {
        "parameters": len(rows),
        "used": sum(row["used"] for row in rows),
        "unused": sum("unused" in row for row in rows),
        "unexplained": sum(not row["used"] and "unused" not in row for row in rows),
    }


def _no_account(law_key: str, law: Law) -> NotFound:
    known = sorted({each.instrument for each in law.provisions.values()})
    shown = law_key[:60]
    return NotFound(
        Text(
            zh=f"没有 `{shown}` 的条款清单", en=f"no account is kept of the provisions of `{shown}`"
        ),
        hint=suggest(shown, known)
        or Text(zh="可用：" + "、".join(known), en="known: " + ", ".join(known)),
    )
