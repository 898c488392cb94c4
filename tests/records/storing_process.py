"""A process that stores decisions and dies without closing anything.

Prints the ids it was told are kept, and the longest wait in milliseconds last.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, date, datetime

from fanzha.records import DecisionRecord
from fanzha.records.database import Database
from fanzha.records.decision_id import new_decision_id
from fanzha.records.writer import GroupingWriter


def new_record() -> DecisionRecord:
    now = datetime.now(UTC)
    return DecisionRecord(
        id=new_decision_id(lambda: datetime.now(UTC), os.urandom),
        institution="bank-001",
        domain="banking",
        check_type="transaction",
        stage="done",
        occurred_at=now,
        as_of=date(2026, 3, 2),
        outcome="compliant",
        reference=None,
        recorded_at=now,
        check_json=b"{}",
        answer_json=b"{}",
        versions_json=b"{}",
    )


def _store(url: str, count: int) -> None:
    writer = GroupingWriter(Database(url))
    longest = 0.0
    for _ in range(count):
        record = new_record()
        begun = time.monotonic()
        writer.store(record)
        longest = max(longest, time.monotonic() - begun)
        sys.stdout.write(f"{record.id}\n")
    sys.stdout.write(f"{int(longest * 1000)}\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    _store(sys.argv[1], int(sys.argv[2]))
