"""Input and output that fails: the n-th call that touches a folder or the database raises an error of the system.

Counted are opening, reading, writing, flushing and syncing files below the folder, renaming, linking, removing and
making them, listing folders and asking for free space, and each statement and commit of the database.
"""

import errno
import io
import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from sqlalchemy.engine.default import DefaultDialect

_CALLS = ("open", "rename", "unlink", "mkdir", "rmdir", "chmod", "scandir", "listdir", "link")
_FILE_CALLS = ("write", "read", "readinto", "flush", "close")


class FaultyIO:
    """Counts, and fails once.

    Args:
        fail_at: Number of the call that fails, from 1; 0 only counts.
        number: Its errno; for the database, the message that SQLite has for it.
    """

    def __init__(self, folder, fail_at=0, number=errno.EIO):
        self.count = 0
        self.failed = None
        self._folder = str(folder)
        self._fail_at = fail_at
        self._number = number

    def tick(self, what, make_error=None):
        self.count += 1
        if self.count == self._fail_at:
            self.failed = what
            raise make_error() if make_error else OSError(self._number, os.strerror(self._number))

    def is_ours(self, target):
        if isinstance(target, int):
            target = Path(f"/proc/self/fd/{target}").readlink()
        try:
            return os.fspath(target).startswith(self._folder)
        except TypeError:
            return False

    def database_error(self):
        full = self._number == errno.ENOSPC
        return sqlite3.OperationalError("database or disk is full" if full else "disk I/O error")

    @contextmanager
    def armed(self):
        """Fail inside this block."""
        patches = [mock.patch.object(os, name, self._call(getattr(os, name), name)) for name in _CALLS]
        patches.append(mock.patch.object(os, "fsync", self._call(os.fsync, "fsync")))
        patches.append(mock.patch.object(shutil, "disk_usage", self._call(shutil.disk_usage, "disk_usage")))
        opened = self._opening(io.open)
        patches += [mock.patch.object(io, "open", opened), mock.patch.object(tempfile._io, "open", opened)]
        for name in ("do_execute", "do_commit"):
            patches.append(
                mock.patch.object(DefaultDialect, name, self._statement(getattr(DefaultDialect, name), name))
            )
        for patch in patches:
            patch.start()
        try:
            yield self
        finally:
            for patch in reversed(patches):
                patch.stop()

    def _call(self, original, name):
        def call(target, *args, **kwargs):
            if self.is_ours(target):
                self.tick(name)
            return original(target, *args, **kwargs)

        return call

    def _statement(self, original, name):
        def call(dialect, *args, **kwargs):
            self.tick(name, self.database_error)
            return original(dialect, *args, **kwargs)

        return call

    def _opening(self, original):
        def call(target, *args, **kwargs):
            if not self.is_ours(target):
                return original(target, *args, **kwargs)
            self.tick("open a file")
            return _FaultyFile(original(target, *args, **kwargs), self)

        return call


class _FaultyFile:
    """A file whose calls count."""

    def __init__(self, file, faulty):
        self._file = file
        self._faulty = faulty

    def __getattr__(self, name):
        found = getattr(self._file, name)
        if name not in _FILE_CALLS:
            return found

        def call(*args):
            if name == "close" and self._file.closed:
                return None
            try:
                self._faulty.tick(f"{name} a file")
            except OSError:
                if name == "close":  # close(2) frees the descriptor whatever it returns
                    self._file.close()
                raise
            return found(*args)

        return call

    def __enter__(self):
        self._file.__enter__()
        return self

    def __exit__(self, *exception):
        self.close()

    def __iter__(self):
        return iter(self._file)


def stored(folder: Path):
    """The files below a folder, by their path."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
