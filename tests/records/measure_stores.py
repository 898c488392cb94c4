"""Measures stores a second, to be run by hand: `python measure_stores.py DATABASE_URL`.

Records have the size of an ordinary decision. The database is filled and left behind.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace

from storing_process import new_record

from fanzha.records import upgrade
from fanzha.records.database import Database
from fanzha.records.writer import GroupingWriter

SECONDS = 3.0


def measure(writer: GroupingWriter, threads: int) -> list[float]:
    """Return the seconds that each store took, sorted."""
    took: list[float] = []
    end = time.monotonic() + SECONDS

    def store() -> None:
        while time.monotonic() < end:
            record = replace(new_record(), check_json=b" " * 600, answer_json=b" " * 6000)
            begun = time.monotonic()
            writer.store(record)
            took.append(time.monotonic() - begun)

    running = [threading.Thread(target=store) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sorted(took)


def main(url: str) -> None:
    """Print one line each for 1, 8 and 32 threads."""
    upgrade(url)
    database = Database(url)
    for threads in (1, 8, 32):
        writer = GroupingWriter(database)
        took = measure(writer, threads)
        writer.close()
        median, slow = took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000
        sys.stdout.write(
            f"{threads:2} threads: {len(took) / SECONDS:6.0f} stores/s,"
            f" {len(took) / writer.commits:4.1f} a commit, p50 {median:.2f} ms, p99 {slow:.2f} ms\n"
        )
    database.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
