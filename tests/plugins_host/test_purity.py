"""A derived function that looks at a clock, a file, a connection or chance is found out."""

from __future__ import annotations

import os
import random
import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import time as imported_by_name
from typing import Any

import pytest

from fanzha.model.text import Text
from fanzha.plugins.contributions import DerivedFunction
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.loader import load_law
from fanzha.usecases.derived_functions import BUILT_IN
from fanzha.usecases.purity import Impure, guarded, impurities

LAW = load_law(
    [RuleFolder("base", Path(__file__).parents[1] / "rulesets" / "base")], functions=BUILT_IN
)


def _described(function: Callable[..., Any]) -> DerivedFunction:
    return DerivedFunction(function, ("date",), "integer", Text(zh="示例", en="Sample"), "days")


def _told(function: Callable[..., Any]) -> list[str]:
    return [each.en for each in impurities("sample", _described(function), LAW)]


@pytest.mark.parametrize(
    ("function", "called"),
    [
        (lambda day: time.time(), "time.time"),
        (lambda day: imported_by_name(), "time.time"),
        (lambda day: time.monotonic(), "time.monotonic"),
        (lambda day: time.sleep(0), "time.sleep"),
        (lambda day: (date.today() - day).days, "date.today"),
        (lambda day: datetime.now().day, "datetime.now"),
        (lambda day: open(__file__).close(), "io.open"),
        (lambda day: len(Path(__file__).read_text()), "pathlib"),
        (lambda day: len(os.listdir(".")), "posix.listdir"),
        (lambda day: os.urandom(1)[0], "posix.urandom"),
        (lambda day: random.random(), "random"),
        (lambda day: random.randint(1, 2), "random.randint"),
        (lambda day: secrets.randbelow(3), "secrets.randbelow"),
        (lambda day: socket.socket().close(), "socket.__init__"),
        (lambda day: subprocess.call(["true"]), "subprocess.call"),
    ],
)
def test_what_depends_on_more_than_its_inputs_is_told(
    function: Callable[..., Any], called: str
) -> None:
    (told,) = _told(function)
    assert told.startswith("it calls ")
    assert called in told or called == "pathlib"


def test_what_the_function_catches_is_told_all_the_same() -> None:
    def quiet(day: date) -> int:
        try:
            return int(time.time())
        except Impure:
            return 0

    assert _told(quiet) == ["it calls time.time"]


def test_one_that_raises_is_told_with_its_inputs() -> None:
    told = _told(lambda day: 1 // (day.year - 2026))
    assert told == ["it raises ZeroDivisionError for (datetime.date(2026, 3, 2))"]


def test_one_that_remembers_is_told() -> None:
    seen: list[date] = []
    assert _told(lambda day: seen.append(day) or len(seen)) == [
        "it gives two results for the same inputs"
    ]


def test_a_pure_one_is_in_order() -> None:
    assert _told(lambda day: day.toordinal()) == []
    assert _told(lambda day: datetime.strptime("2026-03-02", "%Y-%m-%d").toordinal()) == []
    assert _told(lambda day: date.fromisoformat(day.isoformat()).year) == []


def test_one_of_any_inputs_that_no_fact_names_cannot_be_tried() -> None:
    described = DerivedFunction(max, "any", "integer", Text(zh="示例", en="Sample"), "days")
    assert [each.en for each in impurities("sample", described, LAW)] == [
        "no fact is derived by it"
    ]


def test_afterwards_everything_works_again() -> None:
    with guarded() as called, pytest.raises(Impure):
        time.time()
    assert called == ["time.time"]
    assert time.time() > 0


@pytest.mark.parametrize("name", [name for name in BUILT_IN if name != "length"])
def test_the_services_own_functions_are_pure(name: str, rulebook: Any) -> None:
    told = [each.en for each in impurities(name, BUILT_IN[name], rulebook.law)]
    # Working days of years that are not fixed yet are unknown, and some facts are not used yet.
    assert [each for each in told if "Calendar" not in each and "no fact" not in each] == []
