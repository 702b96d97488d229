"""Bringing the database to the schema that this version needs, by the migrations that ship with it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text

_MIGRATIONS = Path(__file__).parent.parent / "migrations"

#: PostgreSQL advisory lock that serialises upgrades: the first bytes of sha256("pdfmill schema upgrade").
_LOCK_KEY = int.from_bytes(sha256(b"pdfmill schema upgrade").digest()[:7])


def upgrade(url: str, revision: str = "head") -> None:
    """Apply the migrations that are missing; several processes may do so at once, one of them does the work."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    database = make_url(url)
    if database.get_backend_name() == "sqlite" and database.database:
        path = Path(database.database)
        # The sandbox's user has to pass through the folder to its own; the database is none of its business.
        path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    engine = create_engine(url)
    try:
        with engine.connect() as connection, _alone(connection):
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        engine.dispose()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Keep other upgrades of this database out."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_KEY})
        connection.commit()
        yield  # the lock is the connection's, and goes with it
    elif connection.engine.url.database:
        # SQLite commits around each DDL statement, so its own lock does not cover an upgrade as a whole.
        with Path(f"{connection.engine.url.database}.upgrade-lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    else:
        yield
