"""Connections and transactions, with the durability that each kind of write needs.

Accepting a job and ending it must survive a power cut; a claim, a heartbeat or a progress line need not, because losing
one only means that work is done again. SQLite gets two engines with different ``synchronous``; PostgreSQL switches
``synchronous_commit`` inside the transaction.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, SessionTransaction

from pdfmill.config.logging import get_logger
from pdfmill.core.errors import DatabaseUnavailable

log = get_logger(__name__)

#: SQLSTATE of a write to a database that only reads, such as a stand-by server of PostgreSQL.
_READ_ONLY = "25006"

#: How long emptying the write-ahead log may wait for readers, in seconds.
_CHECKPOINT_WAITS_S = 0.5

_AFTER_COMMIT = "pdfmill_after_commit"


class Database:
    """Sessions on one database. Engines are made on first use, and anew in a forked child.

    Args:
        url: SQLAlchemy URL.
        busy_timeout_s: How long SQLite waits for a lock before the request gets 503.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = 30) -> None:
        self.url = url
        self._busy_timeout_s = busy_timeout_s
        self._engines: dict[bool, Engine] = {}
        # A connection must never be used by two processes: the child forgets the parent's without closing them.
        os.register_at_fork(after_in_child=self._engines.clear)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; it takes no write lock and is rolled back at the end."""
        with self._session(durable=False, options={"pdfmill_read": True}) as session:
            yield session

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """A session whose work is committed at the end, or rolled back by an exception.

        Args:
            durable: Whether the commit must have reached the disk when this returns.
        """
        with self._session(durable=durable, options={}) as session:
            if not durable and session.get_bind().dialect.name == "postgresql":
                session.execute(text("SET LOCAL synchronous_commit TO off"))
            yield session
            session.commit()

    def check(self) -> str:
        """Whether the database answers; returns what kind it is.

        Raises:
            DatabaseUnavailable: It does not.
        """
        with self.read() as session:
            session.execute(text("SELECT 1 FROM job LIMIT 1"))
            return session.get_bind().dialect.name

    def erase_traces(self) -> bool:
        """Have SQLite empty its write-ahead log, in which what was deleted can still be read.

        PostgreSQL overwrites deleted rows in its own time, when it vacuums.

        Returns:
            False if somebody was reading what is in the log; the next call may succeed.
        """
        path = make_url(self.url).database
        if not self.url.startswith("sqlite") or not path:
            return True
        with closing(sqlite3.connect(path, timeout=_CHECKPOINT_WAITS_S)) as connection:
            try:
                (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                log.info("the write-ahead log was not emptied", cause=repr(error))
                return False
        return not busy

    def close(self) -> None:
        """Close the connections of this process."""
        while self._engines:
            self._engines.popitem()[1].dispose()

    @contextmanager
    def _session(self, *, durable: bool, options: dict[str, Any]) -> Iterator[Session]:
        try:
            with (
                self._engine(durable).execution_options(**options).connect() as connection,
                Session(connection, expire_on_commit=False) as session,
            ):
                yield session
        except (OperationalError, InterfaceError, InternalError, PoolTimeout) as error:
            if isinstance(error, InternalError) and getattr(error.orig, "sqlstate", None) != _READ_ONLY:
                raise  # a defect of ours
            raise DatabaseUnavailable(
                "The database does not answer or is busy. Try again in a few seconds; if it stays so, look at "
                "PDFMILL_DATABASE__URL and the server's log.",
                retry_after_s=5,
            ) from error

    def _engine(self, durable: bool) -> Engine:
        if durable not in self._engines:
            self._engines[durable] = self._make_engine(durable)
        return self._engines[durable]

    def _make_engine(self, durable: bool) -> Engine:
        if not self.url.startswith("sqlite"):
            # As many connections as a web server has threads may be wanted at once; those beyond five are closed after
            # use.
            return create_engine(self.url, pool_pre_ping=True, pool_size=5, max_overflow=32, hide_parameters=True)
        # An error of the database goes into the log; file names and options, its parameters, must not.
        engine = create_engine(
            self.url,
            connect_args={"timeout": self._busy_timeout_s, "check_same_thread": False},
            hide_parameters=True,
        )
        synchronous = "FULL" if durable else "NORMAL"

        @event.listens_for(engine, "connect")
        def configure(connection: sqlite3.Connection, _record: object) -> None:
            connection.isolation_level = None  # the driver must not begin transactions on its own
            # `secure_delete` overwrites what is deleted with zeros; otherwise it would stay in the file for years.
            for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # A commit that fails (disk full) may leave its transaction open, and the pool hands it out all the same.
            sqlite_connection = connection.connection.dbapi_connection
            if sqlite_connection is not None and sqlite_connection.in_transaction:
                sqlite_connection.rollback()
            # A transaction that reads first and writes later fails at once with SQLITE_BUSY when another wrote in
            # between, whatever the busy timeout; one that takes the write lock at its start waits for its turn.
            reading = connection.get_execution_options().get("pdfmill_read", False)
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

        return engine


def call_after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run ``callback`` once the outermost transaction of this session has been committed, and never otherwise.

    Two traps are behind the two listeners: a one-shot ``after_commit`` listener survives a rollback and fires on the
    next commit of the session, and ``after_commit`` fires for a SAVEPOINT as well.
    """
    session.info.setdefault(_AFTER_COMMIT, []).append(callback)


@event.listens_for(Session, "after_commit")
def _run_callbacks(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for callback in session.info.pop(_AFTER_COMMIT, []):
        callback()


@event.listens_for(Session, "after_soft_rollback")
def _forget_callbacks(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(_AFTER_COMMIT, None)
