"""A bounded number of editions is kept, few of them with states, and none answers otherwise."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from fanzha.engine.editions import STANDING_AT_MOST, Editions
from fanzha.model.law import Law
from fanzha.settings import Settings
from fanzha.usecases.rulebook import open_rulebook

DAY = date(2026, 3, 2)
FIVE_YEARS_IN_A_PROCESS = """
from datetime import date, timedelta
from pathlib import Path
from fanzha.application import open_application
from fanzha.settings import Settings
import fanzha.web

application = open_application(Settings.from_environment({}), records=False, institutions={})
editions, last = application.rulebook.editions, date(2026, 11, 25)
for check_type in application.law.check_types:
    day, period = last - timedelta(days=5 * 365), None
    while day <= last:
        edition = editions.of(check_type, day)
        if edition.period != period:
            edition.judge({})
            period = edition.period
        day += timedelta(days=1)
# Not `ru_maxrss`, which begins with that of the process that started this one.
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@pytest.fixture(scope="module")
def law() -> Iterator[Law]:
    rulebook = open_rulebook(Settings.from_environment({}))
    yield rulebook.law
    rulebook.close()


def test_editions_that_were_put_to_rest_or_dropped_answer_as_before(law: Law) -> None:
    assert len(law.check_types) > STANDING_AT_MOST
    plenty, few = Editions(law, 1000), Editions(law, 3)
    for _ in range(2):
        for check_type in law.check_types:
            edition = plenty.of(check_type, DAY)
            known = dict.fromkeys(edition.elements.stated & edition.sources, True)
            assert few.of(check_type, DAY).judge(known) == edition.judge(known)
    plenty.close()
    few.close()


def test_what_is_kept_is_not_compiled_again(law: Law) -> None:
    first, second, third = list(law.check_types)[:3]
    editions = Editions(law, 2)
    kept = editions.of(first, DAY)
    dropped = editions.of(second, DAY)
    assert editions.of(first, DAY) is kept
    editions.of(third, DAY)
    assert editions.of(first, DAY) is kept
    assert editions.of(second, DAY) is not dropped
    editions.close()


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel's own account of a process")
def test_a_process_that_judged_by_five_years_of_law_stays_below_200_mebibytes() -> None:
    command = [sys.executable, "-c", FIVE_YEARS_IN_A_PROCESS]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert int(told) < 200 * 1024
