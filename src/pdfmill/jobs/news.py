"""Word of work from other processes: an extra wake-up where the database carries it, as PostgreSQL does (NOTIFY)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from pdfmill.config.logging import get_logger

if TYPE_CHECKING:
    from psycopg import Connection

log = get_logger(__name__)

_CHANNEL = "pdfmill_work"


def tell_of_work(session: Session) -> None:
    """Wake whoever waits for work when this session commits; where the database carries no word, nobody waits."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"NOTIFY {_CHANNEL}"))


class News:
    """Waits for word of work. Nothing depends on it: whoever misses it looks again after a while.

    Args:
        database_url: SQLAlchemy URL.
    """

    def __init__(self, database_url: str) -> None:
        self._url = make_url(database_url)
        self._connection: Connection | None = None

    def wait(self, timeout_s: float, stop: threading.Event) -> None:
        """Sleep until the time is over, ``stop`` is set, or somebody told of work."""
        if self._url.get_backend_name() == "postgresql":
            self._listen(timeout_s, stop)
        else:
            stop.wait(timeout_s)

    def close(self) -> None:
        """Stop listening."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _listen(self, timeout_s: float, stop: threading.Event) -> None:
        import psycopg  # an extra, which other databases go without

        try:
            if self._connection is None:
                address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
                self._connection = psycopg.connect(address, autocommit=True, connect_timeout=2)
                self._connection.execute(f"LISTEN {_CHANNEL}")
            for _ in self._connection.notifies(timeout=timeout_s, stop_after=1):
                log.debug("told of work")
        except psycopg.Error as error:
            log.warning("no word from the database; looking every few seconds goes on", cause=repr(error))
            self.close()
            stop.wait(timeout_s)
