"""Runs all measurements and prints them as Markdown tables."""

from __future__ import annotations

import os
import platform

from benchmarks import check, engines, http, trust
from benchmarks.database import DATABASES

PROCESSES = (1, 2)


def main() -> None:
    """Measure, and print."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores\n")
    print("### One check in process\n\n| stage | µs |\n| --- | ---: |")
    for name, time in check.stages():
        print(f"| {name} | {time:.0f} |")
    print("\n### The same ten obligations\n\n| engine | µs | times fanzha |\n| --- | ---: | ---: |")
    for name, time, ratio in engines.compare():
        print(f"| {name} | {time:.0f} | {ratio:.1f} |")
    print(f"\n### What trust costs, µs\n\n| part | {' | '.join(DATABASES)} |")
    print("| --- |" + " ---: |" * len(DATABASES))
    for part, times in trust.parts().items():
        print(f"| {part} | {' | '.join(f'{each:.0f}' for each in times.values())} |")
    for processes in PROCESSES:
        print(f"\n### HTTP, processes: {processes}\n")
        print("| | requests/s | median ms | p99 ms | echo/s | ratio |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for row in http.compare(processes):
            each, echo = row.load, row.echo
            print(
                f"| {row.name} | {each.requests_per_second:.0f} | {each.median:.1f}"
                f" | {each.p99:.1f} | {echo.requests_per_second:.0f} | {row.ratio:.2f} |",
                flush=True,
            )


main()
