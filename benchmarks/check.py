"""One check in process, and where its time goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import orjson

from benchmarks.timing import microseconds
from fanzha.cli.institution_file import read_institutions
from fanzha.records.decision_id import new_decision_id
from fanzha.settings import Settings
from fanzha.usecases.check_form import read_check
from fanzha.usecases.decision import decide
from fanzha.usecases.json_input import read_json_object
from fanzha.usecases.judge import judge
from fanzha.usecases.rulebook import open_rulebook

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def bank_transaction() -> bytes:
    """Return the first clean bank transaction of the examples, in alphabetical order."""
    return min((EXAMPLES / "banking/transaction").glob("*.done.compliant.json")).read_bytes()


def stages() -> list[tuple[str, float]]:
    """Return the microseconds of each stage of judging the bank transaction, and of all."""
    rulebook = open_rulebook(Settings.from_environment({}))
    institution = read_institutions(EXAMPLES / "institutions.yaml")["bank-001"]
    content, now = bank_transaction(), datetime.now(UTC)
    body = read_json_object(content)
    check = read_check(body, rulebook.law, rulebook.reader, now)
    judgement = judge(check, institution, rulebook)

    def assembled() -> bytes:
        id_ = new_decision_id(lambda: now, os.urandom)
        return orjson.dumps(decide(judgement, rulebook, id_=id_, now=now))

    def whole() -> bytes:
        check = read_check(read_json_object(content), rulebook.law, rulebook.reader, now)
        judged = judge(check, institution, rulebook)
        return orjson.dumps(decide(judged, rulebook, id_="0", now=now))

    measured: list[tuple[str, Callable[[], object]]] = [
        ("read JSON", lambda: read_json_object(content)),
        ("validate", lambda: read_check(body, rulebook.law, rulebook.reader, now)),
        ("of which the engine", lambda: judgement.edition.judge(judgement.facts)),
        ("derive and evaluate", lambda: judge(check, institution, rulebook)),
        ("assemble and write JSON", assembled),
        ("all", whole),
    ]
    return [(name, microseconds(call)) for name, call in measured]
