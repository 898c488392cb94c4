"""Whether a derived function is pure: run twice on samples, watched for clocks, files and chance.

The watch is Python's own profiler hook, which sees every call, whatever name it was imported by.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from types import FrameType
from typing import Any

from fanzha.model.law import Law
from fanzha.model.text import Text
from fanzha.model.value_types import Kind, ValueType
from fanzha.plugins.contributions import ANY, DerivedFunction

MAXIMUM_SAMPLES = 60
_CHINA = timezone(timedelta(hours=8))
_CLOCKS = {
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns",
    "process_time", "sleep", "localtime", "gmtime",
}  # fmt: skip
_NOW = {"now", "utcnow", "today"}
_OUTSIDE = {"posix", "_io", "io", "_socket", "_random", "select", "_posixsubprocess", "nt"}
_HARMLESS = {"fspath"}
_MODULES = {"socket", "random", "secrets", "subprocess", "tempfile", "urllib.request", "sqlite3"}
_IMPORTING = ("importlib", "_frozen_importlib")

_STRINGS = ("", "0", "abc", "110101199003070011", "11010119900307001X", "张三", "x" * 200)
_DAYS = (date(2000, 2, 29), date(2024, 1, 31), date(2026, 3, 2), date(2026, 12, 31))


class Impure(Exception):
    """A call that a derived function must not make."""


@contextmanager
def guarded() -> Iterator[list[str]]:
    """Make every clock, file, connection and source of chance raise; list what was called.

    The list also has what the watched code caught.
    """
    called: list[str] = []

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        name = _forbidden(frame, event, argument)
        if name is not None:
            called.append(name)
            raise Impure(name)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield called
    finally:
        sys.setprofile(before)


def _forbidden(frame: FrameType, event: str, argument: Any) -> str | None:
    module = str(frame.f_globals.get("__name__", ""))
    if event == "call" and module in _MODULES:
        return f"{module}.{frame.f_code.co_name}"
    # What a module does while it is imported for the first time is not the function's doing.
    if event != "c_call" or module.startswith(_IMPORTING):
        return None
    name = str(getattr(argument, "__name__", ""))
    owner = getattr(argument, "__self__", None)
    home = str(getattr(argument, "__module__", None) or "")
    if home == "time" and name in _CLOCKS:
        return f"time.{name}"
    if name in _NOW and isinstance(owner, type) and issubclass(owner, date):
        return f"{owner.__name__}.{name}"
    made_by = type(owner).__module__
    if (home in _OUTSIDE and name not in _HARMLESS) or made_by in _OUTSIDE | _MODULES:
        return f"{home or made_by}.{name}"
    return None


def impurities(name: str, described: DerivedFunction, law: Law) -> Iterator[Text]:
    """Yield what is wrong with a function, in a few words each."""
    samples = list(_samples(name, described, law))
    if not samples:
        yield Text(zh="没有任何事实使用它", en="no fact is derived by it")
        return
    # The first thing that is wrong will do: the next sample would only tell it again.
    wrong = (_wrong_with(described, arguments) for arguments in samples)
    yield from itertools.islice(filter(None, wrong), 1)


def _wrong_with(described: DerivedFunction, arguments: tuple[Any, ...]) -> Text | None:
    results = []
    for _ in range(2):
        with guarded() as called:
            try:
                results.append(described.function(*arguments))
            # A stranger's code: whatever it raises is what is to be told.
            except (Exception, SystemExit) as error:  # noqa: BLE001
                results.append(type(error).__name__)
                raised: str | None = type(error).__name__
            else:
                raised = None
        if called:
            return Text(zh=f"调用了 {called[0]}", en=f"it calls {called[0]}")
        if raised is not None:
            shown = ", ".join(map(repr, arguments))
            return Text(
                zh=f"输入 ({shown}) 时出错：{raised}", en=f"it raises {raised} for ({shown})"
            )
    if results[0] != results[1]:
        return Text(zh="同样的输入得出不同的结果", en="it gives two results for the same inputs")
    return None


def _samples(name: str, described: DerivedFunction, law: Law) -> Iterator[tuple[Any, ...]]:
    for fact in law.facts.values():
        if fact.derivation is not None and fact.derivation.function == name:
            inputs = [law.facts[each].type for each in fact.derivation.inputs]
            yield from _combined([_values(each) for each in inputs])
            return
    if described.inputs != ANY and not set(described.inputs) & {"enum"}:
        yield from _combined([_values_of_kind(Kind(each)) for each in described.inputs])


def _combined(choices: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    # Few inputs in all combinations, many in those that come first.
    return list(itertools.islice(itertools.product(*choices), MAXIMUM_SAMPLES))


def _values(type_: ValueType) -> Sequence[Any]:
    if type_.kind is Kind.ENUM:
        return type_.values
    if type_.kind is Kind.INTEGER:
        low, high = type_.minimum or 0, type_.maximum or 0
        return sorted({low, high, (low + high) // 2, min(low + 1, high)})
    return _values_of_kind(type_.kind)


def _values_of_kind(kind: Kind) -> Sequence[Any]:
    match kind:
        case Kind.BOOLEAN:
            return (True, False)
        case Kind.INTEGER:
            return (0, 1, 12, 10**15, -(10**15))
        case Kind.DATE:
            return _DAYS
        case Kind.DATETIME:
            return [datetime(day.year, day.month, day.day, 23, 30, tzinfo=_CHINA) for day in _DAYS]
        case _:
            return _STRINGS
