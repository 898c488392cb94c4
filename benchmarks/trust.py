"""What each part costs that makes a decision one to be trusted, in microseconds of one thread."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from benchmarks.check import EXAMPLES, bank_transaction
from benchmarks.database import DATABASES
from benchmarks.timing import microseconds
from fanzha.cli.institution_file import read_institutions
from fanzha.logs import lines
from fanzha.records import Filing, open_records
from fanzha.records.chain import Chain, EntryKind, decision_digest
from fanzha.records.decision_id import new_decision_id
from fanzha.records.reads import Reader, Way
from fanzha.settings import LogForm, Settings
from fanzha.usecases.check_form import read_check
from fanzha.usecases.decision import decide
from fanzha.usecases.filing import filing_of
from fanzha.usecases.judge import judge
from fanzha.usecases.keep import record_of
from fanzha.usecases.rulebook import open_rulebook
from fanzha.web import metrics


def parts() -> dict[str, Mapping[str, float]]:
    """Return part -> database -> microseconds."""
    found: dict[str, dict[str, float]] = {}
    for database, opened in DATABASES.items():
        with tempfile.TemporaryDirectory(prefix="fanzha-") as folder, opened(Path(folder)) as url:
            for name, time in _parts_on(url, Path(folder)):
                found.setdefault(name, {})[database] = time
    return dict(found)


def _parts_on(url: str, folder: Path) -> list[tuple[str, float]]:
    settings = Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": url,
            "FANZHA_SECRET_KEY_FILE": str(folder / "secret.key"),
            "FANZHA_RATE_LIMIT": "1000000/minute",
        }
    )
    rulebook, records = open_rulebook(settings), open_records(settings)
    institution = read_institutions(EXAMPLES / "institutions.yaml")["bank-001"]
    records.institutions.put(institution)
    key = records.keys.create("bank-001", "benchmark")
    holder = records.keys.holder_of(key)
    assert holder is not None
    body, now = orjson.loads(bank_transaction()), datetime.now(UTC)
    check = read_check(body, rulebook.law, rulebook.reader, now)
    judgement = judge(check, institution, rulebook)
    decision = decide(judgement, rulebook, id_=_new_id(), now=now)
    content = orjson.dumps(decision)
    record = record_of(judgement, decision, content, rulebook, records.digests, now)
    digest = decision_digest(record, Filing())
    chain = Chain()

    def extended() -> None:
        draft = chain.draft()
        draft.append("bank-001", EntryKind.DECISION, record.id, digest, now)
        chain.take(draft)

    def filed() -> None:
        record_of(judgement, decision, content, rulebook, records.digests, now)
        filing_of(judgement, None)

    def stored() -> None:
        records.decisions.store(replace(record, id=_new_id()))

    def claimed() -> None:
        records.idempotency.made(records.idempotency.claim("bank-001", _new_id(), body))

    with open(os.devnull, "wb") as nowhere:
        log = lines(LogForm.JSON, nowhere)

        def told() -> None:
            metrics.answered("POST", "/v1/checks", 200, 0.001)
            metrics.judged(decision, is_kept=True)
            log.info("request", method="POST", rule="/v1/checks", status=200, request="0")

        measured: list[tuple[str, Callable[[], object]]] = [
            ("look the key up", lambda: records.keys.holder_of(key)),
            ("count the rate", lambda: records.rates.take(holder.key_id)),
            ("look for what was made under an Idempotency-Key, for a retry", claimed),
            ("make the record, with digests of personal facts", filed),
            ("digest of the record", lambda: decision_digest(record, Filing())),
            ("entry of the chain", extended),
            ("store, alone: digest, entry, insert, commit to disk", stored),
            ("metrics and the line in the log", told),
            ("record a read", lambda: records.reads.add([record.id], Reader("bank"), Way.SHOW)),
        ]
        times = [(name, microseconds(call)) for name, call in measured]
    records.close()
    rulebook.close()
    return times


def _new_id() -> str:
    return new_decision_id(lambda: datetime.now(UTC), os.urandom)
