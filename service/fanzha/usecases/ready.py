"""What is the same in every check: made once with the rulebook, and only read afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fanzha
from fanzha.engine import Status
from fanzha.model.law import Law
from fanzha.model.norms import Instrument, Obligation, Stage
from fanzha.model.value_types import Kind
from fanzha.model.vocabulary import FactKind, Parameter
from fanzha.plugins.host import LoadedPlugins
from fanzha.usecases.judged_duty import PROCEED, JudgedDuty
from fanzha.usecases.open_tiers import needs_of_tiers

Json = dict[str, Any]

ENGINE = "durable-rules 2.0.28"
LANGUAGE_VERSION = 1
"""Of the condition language: raised when a condition would mean something else than before."""


@dataclass(frozen=True)
class Ready:
    """Pieces of judgements and of answers, which many of them share.

    INVARIANT: nobody changes them. An answer that says more of an obligation is another dict.
    """

    acts: frozenset[str]
    """Facts that name an act: taken as true of what is proposed."""
    measures: frozenset[str]
    folded: frozenset[str]
    """Facts that conditions compare in another form than that in which they are stated."""
    personal: frozenset[str]
    shown_otherwise: frozenset[str]
    """Facts that answers do not show as they stand: times, and personal ones."""
    obligations: Mapping[str, Json]
    """Obligation -> what each answer says of it, whatever its status."""
    numbers: Mapping[str, list[Json]]
    """Obligation -> the parameters it reads, as answers show them."""
    spared: Mapping[str, JudgedDuty]
    """Obligation -> that it does not apply, which is so of most in scope of an event."""
    met: Mapping[str, JudgedDuty]
    """Obligation -> that it is fulfilled, and that it has no deadline."""
    spared_answers: Mapping[Stage, Mapping[str, Json]]
    """Obligation -> all that answers say of one that does not apply."""
    when_open: Mapping[str, tuple[list[Json], ...]]
    """Liability -> what would settle each of its tiers where no circumstance was posted."""
    instruments: Mapping[str, Json]
    """Instrument -> what answers say of one none of whose obligations bind on the day."""
    versions: Json


def make_ready(law: Law, plugins: LoadedPlugins) -> Ready:
    """Return the pieces for checks by this law, with these plugins."""
    facts = law.facts.values()
    personal = frozenset(each.name for each in facts if each.personal)
    times = {each.name for each in facts if each.type.kind in {Kind.DATE, Kind.DATETIME}}
    obligations = {id_: _described(each) for id_, each in law.obligations.items()}
    spared = {
        id_: {**each, "status": Status.NOT_APPLICABLE.value} for id_, each in obligations.items()
    }
    return Ready(
        acts=frozenset(each.name for each in facts if each.kind is FactKind.ACT),
        measures=frozenset(each.name for each in facts if each.kind is FactKind.MEASURE),
        folded=frozenset(each.name for each in facts if each.type.is_folded),
        personal=personal,
        shown_otherwise=personal | times,
        obligations=obligations,
        numbers={id_: _numbers(law, each) for id_, each in law.obligations.items()},
        spared=_judged(law, Status.NOT_APPLICABLE),
        met=_judged(law, Status.FULFILLED),
        spared_answers={
            Stage.DONE: spared,
            Stage.PROPOSED: {id_: {**each, "advice": PROCEED.word} for id_, each in spared.items()},
        },
        when_open={id_: needs_of_tiers(each, law) for id_, each in law.liabilities.items()},
        instruments={key: _instrument(each) for key, each in law.instruments.items()},
        versions={
            "service": fanzha.__version__,
            "engine": ENGINE,
            "language": LANGUAGE_VERSION,
            "plugins": {each.name: each.version for each in plugins.identities},
        },
    )


def _judged(law: Law, status: Status) -> dict[str, JudgedDuty]:
    return {id_: JudgedDuty(each, status) for id_, each in law.obligations.items()}


def _described(obligation: Obligation) -> Json:
    return {
        "id": obligation.id,
        "cites": list(obligation.cites),
        "title": obligation.title.as_json(),
        "grade": obligation.grade,
    }


def _numbers(law: Law, obligation: Obligation) -> list[Json]:
    return [_number(law.parameters[name]) for name in sorted(obligation.parameters)]


def _number(parameter: Parameter) -> Json:
    return {
        "id": parameter.id,
        "value": parameter.value,
        "unit": parameter.unit,
        "grade": parameter.grade,
    }


def _instrument(instrument: Instrument) -> Json:
    return {
        "instrument": instrument.key,
        "title": instrument.title.as_json(),
        "in_force": instrument.in_force.as_json(),
    }
