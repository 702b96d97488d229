"""Lets the jobs of a machine run side by side, and a job that crashed before run alone.

Whether a crash is the document's fault shows only when nothing else took the memory. The gate is a file lock: shared by
jobs that run side by side, exclusive for one that runs alone. The kernel lets go of it when a process dies, however it
dies.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

#: Seconds after which a job that runs alone lets others in: a document made to be slow must not stop a machine.
ALONE_AT_MOST_S = 30.0


class Place:
    """A job's place behind the gate."""

    def __init__(self, lock: IO[bytes], *, is_alone: bool) -> None:
        self.is_alone = is_alone
        self._lock = lock
        self._since = time.monotonic()

    def let_others_in_when_due(self) -> None:
        """End the solitude of a job that had enough of it; to be called now and then while the job runs."""
        if self.is_alone and time.monotonic() - self._since > ALONE_AT_MOST_S:
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            self.is_alone = False


class Gate:
    """The gate of all workers of a machine that share a folder.

    Args:
        path: The lock file; made if it is absent.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def beside_others(self) -> Iterator[Place]:
        """Wait until nobody is alone."""
        with self._open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield Place(lock, is_alone=False)

    @contextmanager
    def alone(self) -> Iterator[Place | None]:
        """None if others are there; nobody is waited for."""
        with self._open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield Place(lock, is_alone=True)

    def _open(self) -> IO[bytes]:
        # Opened anew each time: a lock belongs to the opening, and forked processes share those of their parent.
        return self._path.open("ab")
