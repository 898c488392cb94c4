"""Runs all measurements and prints them as Markdown tables."""

from __future__ import annotations

import os
import platform

from benchmarks import check, engines, http


def main() -> None:
    """Measure, and print."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores\n")
    print("### One check in process\n\n| stage | µs |\n| --- | ---: |")
    for name, time in check.stages():
        print(f"| {name} | {time:.0f} |")
    print("\n### The same ten obligations\n\n| engine | µs | times fanzha |\n| --- | ---: | ---: |")
    for name, time, ratio in engines.compare():
        print(f"| {name} | {time:.0f} | {ratio:.1f} |")
    echo, ours = http.compare()
    print("\n### HTTP, stored, SQLite\n\n| | requests/s | median ms | p99 ms |")
    print("| --- | ---: | ---: | ---: |")
    for name, load in (("bare Flask echo", echo), ("POST /v1/checks", ours)):
        print(f"| {name} | {load.requests_per_second:.0f} | {load.median:.1f} | {load.p99:.1f} |")
    print(f"\nRatio: {ours.requests_per_second / echo.requests_per_second:.2f}")


main()
