"""Bringing the database to the schema of a version, by the migrations that ship with it."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError

from pdfmill.core.errors import DatabaseUnavailable, InvalidRequest, SchemaTooNew

_MIGRATIONS = Path(__file__).parent.parent / "migrations"

#: PostgreSQL advisory lock that serialises migrations: the first bytes of sha256("pdfmill schema upgrade").
_LOCK_KEY = int.from_bytes(sha256(b"pdfmill schema upgrade").digest()[:7])


@dataclass(frozen=True)
class Schema:
    """Which schema a database has, and which this version of pdfmill needs.

    Attributes:
        present: None where there is no database yet.
        needed: The newest that this version knows.
        known: All that it knows, the oldest first.
    """

    present: str | None
    needed: str
    known: tuple[str, ...]


def schema_of(url: str) -> Schema:
    """Look, and change nothing.

    Raises:
        SchemaTooNew: A newer pdfmill made it.
    """
    database = make_url(url)
    if database.get_backend_name() == "sqlite" and database.database and not Path(database.database).exists():
        return _schema(None)
    with _connected(url) as connection:
        return _schema(connection.execution_options(pdfmill_read=True))


def upgrade(url: str, revision: str = "head") -> None:
    """Apply the migrations that are missing; several processes may do so at once, one of them does the work.

    It is done as a whole or not at all, so that one that was killed can be repeated.

    Raises:
        SchemaTooNew: A newer pdfmill made it.
    """
    database = make_url(url)
    if database.get_backend_name() == "sqlite" and database.database:
        path = Path(database.database)
        # The sandbox's user has to pass through the folder to its own; the database is none of its business.
        path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    schema = schema_of(url)
    if schema.present == (schema.needed if revision == "head" else revision):
        return  # and so the many that start on a database in use need not wait for its lock
    with _migrating(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Go back to the schema of an older version. What that cannot hold is lost.

    Raises:
        InvalidRequest: There is no such schema before the present one.
        SchemaTooNew: A newer pdfmill made it: only that one knows the way back.
    """
    schema = schema_of(url)
    older = schema.known[: schema.known.index(schema.present)] if schema.present else ()
    if revision not in older:
        raise InvalidRequest(
            f"The database has schema {schema.present}, and there is no older one {revision!r}. "
            f"There {'is' if len(older) == 1 else 'are'}: {', '.join(older) or 'none'}."
        )
    with _migrating(url) as config:
        command.downgrade(config, revision)


@contextmanager
def _migrating(url: str) -> Iterator[Config]:
    config = _config()
    with _connected(url) as connection, _alone(connection):
        config.attributes["connection"] = connection
        yield config
        connection.commit()


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = _engine(url)
    try:
        try:
            connection = engine.connect()
        except OperationalError as error:
            raise DatabaseUnavailable(
                "The database does not answer. Look at PDFMILL_DATABASE__URL, and whether the server runs."
            ) from error
        with connection:
            yield connection
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _schema(connection: Connection | None) -> Schema:
    revisions = list(ScriptDirectory.from_config(_config()).walk_revisions())
    known = tuple(each.revision for each in reversed(revisions))
    present = MigrationContext.configure(connection).get_current_revision() if connection is not None else None
    if present is not None and present not in known:
        raise SchemaTooNew(
            f"The database has schema {present}, and this version of pdfmill knows them up to {known[-1]}. Run the "
            "version that made it, or a newer one; or let that version go back with `pdfmill database downgrade "
            f"{known[-1]}`.",
            present=present,
            newest_known=known[-1],
        )
    return Schema(present, known[-1], known)


def _engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def configure(connection: sqlite3.Connection, _record: object) -> None:
            # The driver commits around each DDL statement unless it is told to leave transactions to us.
            connection.isolation_level = None
            # A table is altered by copying it: what lay in the old one must be overwritten, and no row may go with it.
            for pragma in ("secure_delete=ON", "foreign_keys=OFF", "busy_timeout=30000"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            reading = connection.get_execution_options().get("pdfmill_read", False)
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Keep other migrations of this database out."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_KEY})
        connection.commit()
        yield  # the lock is the connection's, and goes with it
    elif connection.engine.url.database:
        # Whoever waits here finds the work done, where SQLite's own lock would run into its time limit.
        with Path(f"{connection.engine.url.database}.upgrade-lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    else:
        yield
