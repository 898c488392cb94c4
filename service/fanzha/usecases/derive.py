"""Works out derived facts, and names those that could not be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from fanzha.model.check import Value
from fanzha.model.text import Text
from fanzha.model.value_types import MAXIMUM_TEXT, Kind, ValueType
from fanzha.plugins.running import FunctionHangs
from fanzha.usecases.legal_calendar import CalendarUnknown
from fanzha.usecases.rulebook import Rulebook

_SURROGATE = re.compile("[\ud800-\udfff]")
_MISFIT = Text(zh="结果的类型不符或超出范围", en="its result is of a wrong type or out of bounds")


class Withheld(str):
    """Stands for a personal text of which only a digest is kept: it equals nothing else.

    Nothing is derived from it; what had been derived is kept beside it.
    """

    __slots__ = ()


@dataclass
class Derived:
    """What came out: values, and why there is none where inputs were there."""

    values: dict[str, Value] = field(default_factory=dict)
    failures: dict[str, Text] = field(default_factory=dict)
    """Derived facts whose function failed: what rests on them has no verdict."""
    unknown: dict[str, Text] = field(default_factory=dict)
    """Derived facts that cannot be known, such as working days of a year not yet fixed."""


def derive(names: Iterable[str], stated: Mapping[str, Value], rulebook: Rulebook) -> Derived:
    """Compute the derived facts in the order given; what has a missing input is missing."""
    derived = Derived()
    known = dict(stated)
    for name in names:
        fact = rulebook.law.facts[name]
        derivation = fact.derivation
        # A system may state the result itself; then that is what was stated.
        if derivation is None or name in stated:
            continue
        arguments = [known.get(each) for each in derivation.inputs]
        if None in arguments or any(type(each) is Withheld for each in arguments):
            continue
        owner = rulebook.owners[derivation.function]
        try:
            value = rulebook.runner.run(derivation.function, *arguments)
        except CalendarUnknown as error:
            derived.unknown[name] = error.message
            continue
        except FunctionHangs:
            cause = _hangs(rulebook.runner.seconds)
            derived.failures[name] = _failed(owner, derivation.function, cause)
            continue
        # The edge to a stranger's code: whatever it raises costs this answer and no other, and
        # `exit()` in there would end the process.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            cause = Text(zh=type(error).__name__, en=type(error).__name__)
            derived.failures[name] = _failed(owner, derivation.function, cause)
            continue
        if value is None:
            continue
        if not fits(value, fact.type):
            derived.failures[name] = _failed(owner, derivation.function, _MISFIT)
            continue
        derived.values[name] = known[name] = value
    return derived


def fits(value: object, type_: ValueType) -> bool:
    """Tell whether a value is of this type and within its bounds."""
    match type_.kind:
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.INTEGER:
            if isinstance(value, bool) or not isinstance(value, int):
                return False
            low, high = type_.minimum, type_.maximum
            return (low is None or low <= value) and (high is None or value <= high)
        case Kind.DATE:
            return isinstance(value, date) and not isinstance(value, datetime)
        case Kind.DATETIME:
            return isinstance(value, datetime) and value.tzinfo is not None
        case Kind.ENUM:
            return isinstance(value, str) and value in type_.values
        case Kind.STRING:
            # No surrogates: neither the engine nor the answer can carry them.
            return (
                isinstance(value, str)
                and len(value) <= MAXIMUM_TEXT
                and not _SURROGATE.search(value)
            )


def _hangs(seconds: float) -> Text:
    return Text(
        zh=f"运行超过 {seconds} 秒，不再调用",
        en=f"it ran for more than {seconds} s and is not called again",
    )


def _failed(owner: str, function: str, cause: Text) -> Text:
    return Text(
        zh=f"插件 `{owner}` 的函数 `{function}` 出错：{cause.zh}",
        en=f"function `{function}` of plugin `{owner}` failed: {cause.en}",
    )
