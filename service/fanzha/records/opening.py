"""Opens what is kept: one place that wires database, writer, caches and the secret."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import select

from fanzha.errors import StoreUnavailable
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.records.decisions import Decisions
from fanzha.records.due import DueDecisions
from fanzha.records.heads import HeadPublisher, Signer
from fanzha.records.idempotency import Idempotency
from fanzha.records.institutions import Institutions
from fanzha.records.keys import Keys
from fanzha.records.ledger import Ledger
from fanzha.records.personal import (
    PersonalDigests,
    create_secret,
    load_retired,
    load_secret,
    load_secrets,
)
from fanzha.records.profiles import Profiles
from fanzha.records.purge import Purges
from fanzha.records.rates import Rates
from fanzha.records.reads import Reads
from fanzha.records.reports import Reports
from fanzha.records.rule_files import RuleFiles
from fanzha.records.schema import is_current, require_current
from fanzha.records.self_tests import SelfTests
from fanzha.records.tables import decisions
from fanzha.records.writer import GroupingWriter
from fanzha.settings import SECRET_KEY_FILE, Settings

_log = logging.getLogger(__name__)


class Records:
    """Everything that is kept, for one process. Open it after a fork, never before."""

    def __init__(self, database: Database, digests: PersonalDigests, settings: Settings) -> None:
        self._database = database
        # Not before the first decision: threads do not survive a fork.
        self._writer = GroupingWriter(database, started=lambda: self.heads.start())
        self.purges = Purges(database)
        self.ledger = Ledger(database)
        self.reads = Reads(database)
        self.rule_files = RuleFiles(database)
        self.heads = HeadPublisher(
            Signer(settings.signing_key_file),
            lambda: [*self._writer.chain.changed(), *self.purges.chain.changed()],
            file=settings.heads_file,
            url=settings.heads_url,
            seconds=settings.heads_seconds,
        )
        self.decisions = Decisions(database, self._writer)
        self.due = DueDecisions(database)
        self.reports = Reports(database)
        self.institutions = Institutions(database)
        self.profiles = Profiles(database)
        self.keys = Keys(database)
        self.idempotency = Idempotency(database, digests)
        self.rates = Rates(database, settings.rate_limit)
        self.self_tests = SelfTests(database)
        self.digests = digests

    @property
    def waiting(self) -> int:
        """How many decisions wait to be committed."""
        return self._writer.waiting

    @property
    def commits(self) -> int:
        """How many groups of decisions were committed."""
        return self._writer.commits

    def require_ready(self) -> None:
        """Raise StoreUnavailable, which says what is not ready, unless decisions can be kept."""
        with self._database.reading() as connection:
            if is_current(connection):
                return
        raise StoreUnavailable(
            Text(zh="数据库结构不是本版本的", en="the database's schema is not this version's"),
            hint=Text(
                zh="请用本版本执行 fanzha db upgrade", en="run fanzha db upgrade of this version"
            ),
        )

    def is_ready(self) -> bool:
        """Return whether the database answers and still has the schema of this version."""
        try:
            self.require_ready()
        except StoreUnavailable:
            return False
        return True

    def close(self) -> None:
        """Write what waits, publish the last heads and close all connections."""
        self._writer.close()
        self.heads.close()
        self.idempotency.close()
        self._database.dispose()


def open_records(settings: Settings) -> Records:
    """Open the database of the settings; raise SettingError unless its schema is the newest.

    Raises StoreUnavailable when the database is away, and SettingError when the file with the
    secret cannot be used.
    """
    database = Database(settings.database_url)
    try:
        require_current(database)
        digests = _digests(settings.secret_key_file, database)
        return Records(database, digests, settings)
    except BaseException:
        database.dispose()
        raise


def _digests(path: Path, database: Database) -> PersonalDigests:
    secret = _secret(path, database)
    return PersonalDigests(secret, load_retired(path), read_again=lambda: load_secrets(path))


def _secret(path: Path, database: Database) -> bytes:
    if path.exists():
        return load_secret(path)
    with database.reading() as connection:
        has_decisions = connection.execute(select(decisions.c.id).limit(1)).first() is not None
    if not has_decisions:
        return create_secret(path)
    if path != Path(SECRET_KEY_FILE.default):
        # Someone chose this place for the key, so it is lost or not mounted: a new one would
        # make every earlier digest incomparable in silence.
        return load_secret(path)
    _log.warning("no secret at %s: a new one is made, earlier digests cannot be compared", path)
    return create_secret(path)
