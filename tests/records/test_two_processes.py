from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

STORING_PROCESS = str(Path(__file__).with_name("storing_process.py"))
UPGRADE = "import sys; from fanzha.records import upgrade; upgrade(sys.argv[1])"


def test_two_processes_write_to_one_database_and_neither_starves(
    database_url: str, stored_ids: Callable[[], list[str]]
) -> None:
    command = [sys.executable, STORING_PROCESS, database_url, "300"]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True),
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True),
    ]
    told: list[str] = []
    for process in running:
        *ids, longest_milliseconds = process.communicate()[0].split()
        assert process.returncode == 0
        told += ids
        # SQLite's own waiting lets one of two wait for seconds; a slow machine for far less.
        assert int(longest_milliseconds) < 2000
    assert len(told) == 600
    assert sorted(stored_ids()) == sorted(told)


def test_processes_that_start_at_once_upgrade_once(empty_database_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", UPGRADE, empty_database_url]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 4
