"""A process in which something hangs asks to be replaced, once, and ends in any case."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from fanzha.web.retirement import Watch, end_in_any_case


def _watch(is_worn: threading.Event, told: list[str]) -> Watch:
    return Watch(is_worn.is_set, lambda: told.append("retire"), seconds=0.005)


def test_one_that_is_sound_stays() -> None:
    told: list[str] = []
    watch = _watch(threading.Event(), told)
    watch.start()
    time.sleep(0.05)
    watch.stop()
    assert told == []


def test_one_that_is_worn_asks_once_though_nobody_is_answered() -> None:
    told: list[str] = []
    worn = threading.Event()
    watch = _watch(worn, told)
    watch.start()
    worn.set()
    end = time.monotonic() + 10
    while not told and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(0.05)
    watch.stop()
    assert told == ["retire"]


def _ended(*lines: str) -> tuple[int, float]:
    """Run a process of these lines, and return how it ended and after how long."""
    program = "\n".join(
        ("import threading, time", "from fanzha.web.retirement import end_in_any_case", *lines)
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ, timeout=60, capture_output=True
    )
    return done.returncode, time.monotonic() - began


def test_a_thread_that_hangs_does_not_keep_its_process() -> None:
    hangs = "threading.Thread(target=time.sleep, args=(3600,)).start()"
    assert _ended("end_in_any_case(seconds=0.2)", hangs)[0] == 1


def test_a_process_without_any_takes_the_time_that_its_end_takes() -> None:
    slow = "import atexit; atexit.register(lambda: (time.sleep(0.5), print('written')))"
    assert _ended(slow, "end_in_any_case(seconds=0.2)")[0] == 0


def test_a_process_is_ended_as_one_that_failed() -> None:
    told: list[int] = []
    end_in_any_case(told.append, seconds=0.01)
    end = time.monotonic() + 10
    while not told and time.monotonic() < end:
        time.sleep(0.005)
    assert told == [1]
