"""A report on one institution: what was checked in a period, what was breached, what may follow.

It is made of the decisions that stand, that is of those whose place no other took, on acts of the
period. What was only proposed is counted apart: nobody knows whether it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Row

import fanzha
from fanzha.engine import Status
from fanzha.errors import Location, WrongQuery
from fanzha.model.institution import Institution
from fanzha.model.norms import Stage
from fanzha.model.text import Text
from fanzha.model.value_types import CHINA_TIME
from fanzha.records import Relation, Reported
from fanzha.records.reads import Reader, Reads, Way
from fanzha.records.reports import KeptAnswer, Reports
from fanzha.usecases.rulebook import Rulebook
from fanzha.usecases.shown import shown_time

Json = dict[str, Any]

REPORT = Way.REPORT.value
"""The purpose of a read for which the reader gave none."""
_READ_AT_ONCE = 1000
_DONE = Stage.DONE.value
_NO_FINE: Json = {"min_fen": 0, "max_fen": 0, "unbounded": False, "depends_on": []}

EXPOSURE_NOTE = Text(
    zh="只计确定责任的罚款。各项决定的区间不能简单相加：若主管机关把全部违反认定为同一行为，"
    "只罚一次、就高处罚（行政处罚法第二十九条），得“视为一个行为”；若逐项认定为不同行为，分别处罚，"
    "得“视为各自行为”。实际金额由主管机关在二者之间认定。",
    en="Fines of firm liabilities only. Ranges of several decisions do not simply add up: if the "
    "authority takes all breaches as one act, it is fined once, at the higher amount "
    "(Administrative Penalty Law 29): “as one act”. If it takes each as an act of its own, each is "
    "fined: “as separate acts”. What is imposed lies between the two and is for the authority.",
)
PERIOD_NOTE = Text(
    zh="按行为发生之日（中国时间）统计；被更正或期限届满后重新判断的决定由新的决定代替，不重复计入。",
    en="By the day of the act in China. A decision that was corrected, or judged again once a "
    "deadline had passed, is replaced by the new one and not counted twice.",
)


def period_of(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the first and the last moment; raise WrongQuery where the days are turned round."""
    if last < first:
        raise WrongQuery(
            Text(
                zh=f"`from` {first} 晚于 `to` {last}",
                en=f"`from` {first} lies after `to` {last}",
            ),
            hint=Text(zh="请对调两个日期", en="turn the two days round"),
            where=Location(path="from"),
        )
    return (
        datetime.combine(first, time.min, CHINA_TIME),
        datetime.combine(last, time.max, CHINA_TIME),
    )


def report(
    reports: Reports,
    institution: Institution,
    first: date,
    last: date,
    rulebook: Rulebook,
    *,
    now: datetime,
    profile: Json | None = None,
) -> Json:
    """Return the report on the acts from `first` to `last`, both included.

    `profile` is the report of the institution's profile, where there is one. Raises WrongQuery.
    """
    reported = Reported(institution.id, *period_of(first, last))
    counts = reports.counts(reported)
    replaced = reports.replaced(reported)
    found = _Findings(now)
    for kept in reports.answers(reported, open_only=True):
        if kept.answer["check"]["stage"] == _DONE:
            found.add(kept)
    return {
        "institution": _institution(institution, rulebook),
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "made_at": shown_time(now),
        "service": fanzha.__version__,
        "note": PERIOD_NOTE.as_json(),
        "decisions": {
            "standing": sum(row.number for row in counts),
            "superseded": replaced.get(Relation.SUPERSEDES, 0),
            "judged_again": replaced.get(Relation.FOLLOWS, 0),
        },
        "checks": _checks(counts, rulebook),
        "violations": found.by_provision(Status.VIOLATED),
        "exposure": found.exposure(),
        "liabilities": found.liabilities(),
        "pending": found.pending,
        "undetermined": found.by_provision(Status.UNDETERMINED),
        "failed": found.by_provision(Status.ERROR),
        "profile": profile,
        "law": _law(reports.versions(reported)),
    }


def quoted_in(made: Json) -> list[str]:
    """Return the ids of the decisions that a report names, each once; the others it counts."""
    named = [*made["exposure"]["decisions"], *made["pending"]]
    return list(dict.fromkeys(each["decision"] for each in named))


def note_reads(reads: Reads, decision_ids: Iterable[str], reader: Reader) -> None:
    """Record that a report is about to show these, all or none; raise StoreUnavailable."""
    reads.add(decision_ids, replace(reader, purpose=reader.purpose or REPORT), Way.REPORT)


def _institution(institution: Institution, rulebook: Rulebook) -> Json:
    known = rulebook.law.roles
    return {
        "id": institution.id,
        "name": institution.name.as_json(),
        "roles": [
            {
                "role": role,
                "title": known[role].title.as_json() if role in known else {"zh": role, "en": role},
            }
            for role in institution.roles
        ],
        "licensed_from": institution.licensed_from and institution.licensed_from.isoformat(),
        "licensed_until": institution.licensed_until and institution.licensed_until.isoformat(),
        "supervisor": institution.supervisor,
    }


def _checks(counts: list[Row[Any]], rulebook: Rulebook) -> list[Json]:
    kinds: dict[tuple[str, str, str], Json] = {}
    for row in counts:
        key = f"{row.domain}/{row.check_type}"
        known = rulebook.law.check_types.get(key)
        title = known.title if known else Text(zh=key, en=key)
        kind = kinds.setdefault(
            (row.domain, row.check_type, row.stage),
            {
                "domain": row.domain,
                "check_type": row.check_type,
                "title": title.as_json(),
                "stage": row.stage,
                "total": 0,
                "outcomes": {},
            },
        )
        kind["outcomes"][row.outcome] = row.number
        kind["total"] += row.number
    return list(kinds.values())


def _law(versions: list[Row[Any]]) -> Json:
    """Return by which rules and programs it was judged; a digest names every byte of the rules."""
    bundles: dict[tuple[str, str], Json] = {}
    services: dict[str, int] = {}
    for row in versions:
        kept = orjson.loads(row.versions_json)
        service = str(kept.get("service"))
        services[service] = services.get(service, 0) + row.number
        for each in kept.get("bundles", ()):
            bundle = bundles.setdefault(
                (each["name"], each["digest"]),
                {
                    "name": each["name"],
                    "digest": each["digest"],
                    "decisions": 0,
                    "first": shown_time(row.first),
                    "last": shown_time(row.last),
                },
            )
            bundle["decisions"] += row.number
            bundle["last"] = max(bundle["last"], shown_time(row.last))
    return {
        "bundles": list(bundles.values()),
        "services": [{"version": each, "decisions": n} for each, n in sorted(services.items())],
    }


@dataclass
class _Findings:
    """What decisions on acts that were done leave open, gathered in one walk over them."""

    now: datetime
    pending: list[Json] = field(default_factory=list)
    _provisions: dict[tuple[str, str], Json] = field(default_factory=dict)
    _exposed: list[Json] = field(default_factory=list)
    _liabilities: dict[tuple[str, bool], Json] = field(default_factory=dict)

    def add(self, kept: KeptAnswer) -> None:
        """Take in one decision."""
        answer = kept.answer
        for each in answer["obligations"]:
            match each["status"]:
                case Status.VIOLATED | Status.UNDETERMINED | Status.ERROR:
                    self._count(each, kept)
                case Status.PENDING:
                    self._await(each, answer)
        for each in answer["liabilities"]:
            key = (each["id"], each["firm"])
            first: Json = {name: each[name] for name in ("id", "cites", "type", "title", "firm")}
            counted = self._liabilities.setdefault(key, {**first, "decisions": 0})
            counted["decisions"] += 1
        exposure = answer["exposure"]
        if exposure["max_fen"] != 0 or exposure["individual"]["max_fen"] != 0:
            self._exposed.append({**_named(answer), **exposure})

    def _count(self, obligation: Json, kept: KeptAnswer) -> None:
        occurred_at = kept.answer["check"]["occurred_at"]
        counted = self._provisions.setdefault(
            (obligation["status"], obligation["id"]),
            {
                **{name: obligation[name] for name in ("id", "cites", "title")},
                "count": 0,
                "by_deadline": 0,
                "first": occurred_at,
                "last": occurred_at,
            },
        )
        counted["count"] += 1
        # Found because time passed, on facts that were told before it did.
        counted["by_deadline"] += kept.relation == Relation.FOLLOWS
        counted["last"] = occurred_at

    def _await(self, obligation: Json, answer: Json) -> None:
        waiting = {
            **_named(answer),
            "obligation": obligation["id"],
            "cites": obligation["cites"],
            "title": obligation["title"],
            "due": obligation.get("due"),
        }
        due = obligation.get("due")
        waiting["is_over"] = due is not None and datetime.fromisoformat(due) < self.now
        self.pending.append(waiting)

    def by_provision(self, status: Status) -> list[Json]:
        """Return the obligations that have this status, the most frequent first."""
        found = [each for (kind, _), each in self._provisions.items() if kind == status.value]
        return sorted(found, key=lambda each: (-each["count"], each["id"]))

    def liabilities(self) -> list[Json]:
        """Return the clauses reached, firm ones first, the most frequent first."""
        return sorted(
            self._liabilities.values(),
            key=lambda each: (not each["firm"], -each["decisions"], each["id"]),
        )

    def exposure(self) -> Json:
        """Return the fines of each decision, and the two ways in which they can come together."""
        individual = [each["individual"] for each in self._exposed]
        return {
            "decisions": self._exposed,
            "as_one_act": {**_highest(self._exposed), "individual": _highest(individual)},
            "as_separate_acts": {**_sum(self._exposed), "individual": _sum(individual)},
            "note": EXPOSURE_NOTE.as_json(),
        }


def _named(answer: Json) -> Json:
    check = answer["check"]
    named = {
        "decision": answer["id"],
        "domain": check["domain"],
        "check_type": check["check_type"],
        "occurred_at": check["occurred_at"],
    }
    if "reference" in answer:
        named["reference"] = answer["reference"]
    return named


def _highest(ranges: list[Json]) -> Json:
    """Return the fines where everything is one act: fined once, at the higher amount."""
    return _together(
        ranges,
        max((each["min_fen"] for each in ranges), default=0),
        max((each["max_fen"] or 0 for each in ranges), default=0),
    )


def _sum(ranges: list[Json]) -> Json:
    """Return the fines where each decision is about an act of its own."""
    return _together(
        ranges,
        sum(each["min_fen"] for each in ranges),
        sum(each["max_fen"] or 0 for each in ranges),
    )


def _together(ranges: list[Json], minimum: int, maximum: int) -> Json:
    if not ranges:
        return dict(_NO_FINE)
    unbounded = any(each["unbounded"] for each in ranges)
    return {
        "min_fen": minimum,
        "max_fen": None if unbounded else maximum,
        "unbounded": unbounded,
        "depends_on": sorted({name for each in ranges for name in each["depends_on"]}),
    }


COLUMNS = (
    "decision",
    "reference",
    "domain",
    "check_type",
    "stage",
    "occurred_at",
    "recorded_at",
    "law_as_of",
    "outcome",
    "takes_place_of",
    "relation",
    "exposure_min_fen",
    "exposure_max_fen",
    "obligation",
    "status",
    "cites",
    "title_zh",
    "title_en",
    "due",
)
"""Of the table: one row for each obligation that is open in a decision, and one for each other."""

_IN_TABLE = {Status.VIOLATED, Status.PENDING, Status.UNDETERMINED, Status.ERROR}


def report_rows(
    reports: Reports, institution_id: str, first: date, last: date, reads: Reads, reader: Reader
) -> Iterator[Mapping[str, Any]]:
    """Go through the rows of the table, by the time of the act; each is read by `reader`.

    Raises WrongQuery, and StoreUnavailable before a row whose reading cannot be recorded.
    """
    reported = Reported(institution_id, *period_of(first, last))
    answers = reports.answers(reported, open_only=False)
    while part := list(islice(answers, _READ_AT_ONCE)):
        note_reads(reads, [kept.answer["id"] for kept in part], reader)
        for kept in part:
            yield from _rows(kept)


def _rows(kept: KeptAnswer) -> Iterator[Mapping[str, Any]]:
    answer, check = kept.answer, kept.answer["check"]
    common = {
        "decision": answer["id"],
        "reference": answer.get("reference"),
        "domain": check["domain"],
        "check_type": check["check_type"],
        "stage": check["stage"],
        "occurred_at": check["occurred_at"],
        "recorded_at": answer["recorded_at"],
        "law_as_of": answer["law"]["as_of"],
        "outcome": answer["outcome"],
        "takes_place_of": answer.get("supersedes") or answer.get("follows"),
        "relation": kept.relation,
        "exposure_min_fen": answer["exposure"]["min_fen"],
        "exposure_max_fen": answer["exposure"]["max_fen"],
    }
    opened = [each for each in answer["obligations"] if each["status"] in _IN_TABLE]
    for each in opened:
        yield {
            **common,
            "obligation": each["id"],
            "status": each["status"],
            "cites": "; ".join(each["cites"]),
            "title_zh": each["title"]["zh"],
            "title_en": each["title"]["en"],
            "due": each.get("due"),
        }
    if not opened:
        yield common
