"""Compiles editions when they are first needed, and keeps a bounded number of them."""

from __future__ import annotations

import bisect
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Protocol, TypeVar

from fanzha.engine.edition import Edition
from fanzha.engine.sanctions import SanctionEdition
from fanzha.model.expressions import parameters_in
from fanzha.model.interval import Interval
from fanzha.model.law import Law
from fanzha.model.norms import Definition, Obligation

STANDING_AT_MOST = 16
"""Editions whose states of the engine stand between checks: the quickest, at 1.5 MB each."""


class _Compiled(Protocol):
    def rest(self) -> None: ...
    def close(self) -> None: ...


_Key = tuple[str, date]
_SANCTIONS = ""
"""Stands where a check type stands for the others: liabilities are the same for all."""

Compiled = TypeVar("Compiled", bound=_Compiled)


class _Recent:
    """The few that were used last."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._by_key: OrderedDict[_Key, _Compiled] = OrderedDict()

    def get(self, key: _Key) -> _Compiled | None:
        found = self._by_key.get(key)
        if found is not None:
            self._by_key.move_to_end(key)
        return found

    def put(self, key: _Key, used: _Compiled) -> _Compiled | None:
        """Take it in as the last used, and return the one that leaves for it, if any."""
        self._by_key[key] = used
        self._by_key.move_to_end(key)
        return self._by_key.popitem(last=False)[1] if len(self._by_key) > self._at_most else None

    def clear(self) -> list[_Compiled]:
        """Return all, and forget them."""
        left = list(self._by_key.values())
        self._by_key.clear()
        return left


class Editions:
    """Compiled law by check type and period. Safe for several threads.

    `capacity` of them are kept. Of some that were used last the engine's states stand, too: with
    those of all, a process would take twice the memory.
    """

    def __init__(self, law: Law, capacity: int) -> None:
        self._law = law
        self._lock = threading.Lock()
        self._kept = _Recent(capacity)
        self._standing = _Recent(min(capacity, STANDING_AT_MOST))
        self._dates = {key: _dates_of(law, key) for key in law.check_types}
        self._dates[_SANCTIONS] = _dates_of_sanctions(law)

    def of(self, check_type: str, day: date) -> Edition:
        """Return the edition of a check type for a day of conduct."""
        period = self._period(check_type, day)
        return self._get(
            (check_type, period.first), lambda: Edition(self._law, check_type, period), Edition
        )

    def sanctions(self, day: date) -> SanctionEdition:
        """Return the liabilities for a day of conduct."""
        period = self._period(_SANCTIONS, day)
        return self._get(
            (_SANCTIONS, period.first), lambda: SanctionEdition(self._law, period), SanctionEdition
        )

    def _period(self, key: str, day: date) -> Interval:
        """Return the days around `day` between which nothing changes."""
        dates = self._dates[key]
        position = bisect.bisect_right(dates, day)
        first = dates[position - 1] if position else date.min
        if position == len(dates):
            return Interval(first)
        return Interval(first, dates[position] - timedelta(days=1))

    def _get(self, key: _Key, make: Callable[[], Compiled], kind: type[Compiled]) -> Compiled:
        # Under the lock also while compiling (some milliseconds): threads that need the same
        # edition wait for one, and do not each make their own.
        with self._lock:
            found = self._kept.get(key)
            if not isinstance(found, kind):
                found = make()
                if dropped := self._kept.put(key, found):
                    # Another thread may still be in it; its session locks make that wait, and a
                    # closed session that is used again makes its ruleset anew.
                    dropped.close()
            if tired := self._standing.put(key, found):
                tired.rest()
            return found

    def close(self) -> None:
        """Give the engine's memory back."""
        with self._lock:
            self._standing.clear()
            for each in self._kept.clear():
                each.close()


def _dates_of(law: Law, check_type: str) -> list[date]:
    """Return the days on which something changes for a check type."""
    obligations = law.obligations_of(check_type)
    definitions = [each for each in law.definitions if each.concerns(check_type)]
    norms: list[Obligation | Definition] = [*obligations, *definitions]
    used = set[str]().union(*(each.parameters for each in norms))
    return _changes(law, used, [each.in_force for each in norms])


def _dates_of_sanctions(law: Law) -> list[date]:
    tiers = [tier for each in law.liabilities.values() for tier in each.tiers]
    used = set[str]().union(*(parameters_in(tier.when) for tier in tiers))
    return _changes(law, used, [each.in_force for each in law.liabilities.values()])


def _changes(law: Law, parameters: Iterable[str], intervals: Iterable[Interval]) -> list[date]:
    all_intervals = (*intervals, *(law.parameters[name].in_force for name in parameters))
    return sorted({day for each in all_intervals for day in each.legal_dates()})
