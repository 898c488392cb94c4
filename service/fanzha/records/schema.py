"""Brings a database to the newest schema, and says when one is not there."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from fanzha.errors import Location, SettingError
from fanzha.model.text import Text
from fanzha.records.database import Database
from fanzha.settings import DATABASE_URL

# Any number will do, as long as nothing else in the database locks it.
_ADVISORY_LOCK = 0x66616E7A6861


def upgrade(database_url: str) -> None:
    """Create the schema, or bring an older one up to date; do nothing where it is the newest.

    All steps are one transaction, and processes that start at once do them by turns. The folder
    of an SQLite file is made. Raises StoreUnavailable when the database is away.
    """
    database = Database(database_url, patience_seconds=None)
    try:
        database.create_folder()
        with database.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK}
                )
            _refuse_newer(connection)
            configuration = _configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
    finally:
        database.dispose()


def is_current(connection: Connection) -> bool:
    """Return whether the schema is the one that this version of the service works with."""
    return _revision(connection) == newest_revision()


def require_current(database: Database) -> None:
    """Raise SettingError unless the schema is there and neither older nor newer."""
    if database.file and not database.file.is_file():
        # To connect would create an empty file.
        raise _not_current(Text(zh="数据库尚未建立", en="the database does not exist yet"))
    with database.reading() as connection:
        if is_current(connection):
            return
        _refuse_newer(connection)
        if _revision(connection) is None:
            raise _not_current(Text(zh="数据库中没有表", en="the database has no tables yet"))
        raise _not_current(Text(zh="数据库结构较旧", en="the database has an older schema"))


@cache
def newest_revision() -> str | None:
    """Return the name of the last step."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "fanzha.records:migrations")
    return configuration


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(connection: Connection) -> None:
    revision = _revision(connection)
    steps = ScriptDirectory.from_config(_configuration()).walk_revisions()
    if revision is not None and revision not in {step.revision for step in steps}:
        raise SettingError(
            Text(
                zh=f"数据库结构 `{revision}` 比本程序新",
                en=f"the schema `{revision}` is newer than this program",
            ),
            hint=Text(zh="请安装较新的 fanzha", en="install a newer fanzha"),
            where=Location(path=DATABASE_URL.variable),
        )


def _not_current(message: Text) -> SettingError:
    return SettingError(
        message,
        hint=Text(zh="请先执行 fanzha db upgrade", en="run fanzha db upgrade first"),
        where=Location(path=DATABASE_URL.variable),
    )
