"""Files in one folder of one machine: write, fsync, rename, fsync the folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pdfmill.core.errors import FileMissing
from pdfmill.core.limits import MIB
from pdfmill.jobs.storage.base import Label, StoredFile
from pdfmill.jobs.storage.incoming import IncomingFile, IncomingFolder, make_folder, translated_errors

_INCOMING = "incoming"


class LocalStorage:
    """Files in one folder; see `Storage`.

    Args:
        root: The folder; made if it is absent.
        min_free_bytes: Space that must stay free.
    """

    def __init__(self, root: Path, *, min_free_bytes: int) -> None:
        self.root = root
        # In the same folder, because only within one file system is a rename all or nothing.
        self._incoming = IncomingFolder(root / _INCOMING, min_free_bytes=min_free_bytes)

    def require_space(self, size_bytes: int) -> None:
        """Refuse a file for which the disk has no room."""
        self._incoming.require_space(size_bytes)

    def free_bytes(self) -> int | None:
        """What is free on the disk."""
        with translated_errors():
            return shutil.disk_usage(self.root if self.root.exists() else self.root.parent).free

    def incoming(self, max_bytes: int) -> IncomingFile:
        """Begin an upload."""
        return self._incoming.begin(max_bytes)

    def publish(self, incoming: IncomingFile, key: str, label: Label) -> StoredFile:
        """Make an upload visible under its key, durably."""
        incoming.sync()
        self._rename(incoming.path, key)
        return StoredFile(key, incoming.size_bytes, incoming.sha256)

    def publish_path(self, path: Path, key: str, label: Label) -> StoredFile:
        """Copy a file of an attempt into the storage and make it visible under its key, durably."""
        with translated_errors():
            size_bytes = path.stat().st_size
        incoming = self.incoming(max_bytes=size_bytes)
        try:
            with translated_errors(), path.open("rb") as source:
                shutil.copyfileobj(source, incoming, MIB)
            return self.publish(incoming, key, label)
        except BaseException:
            incoming.discard()
            raise

    def fetch(self, key: str, target: Path) -> None:
        """Copy a stored file to where an attempt reads it; read-only there."""
        with translated_errors(), self.open(key) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, MIB)
            target.chmod(0o444)

    def open(self, key: str) -> BinaryIO:
        """The stored file itself."""
        with translated_errors():
            try:
                return (self.root / key).open("rb")
            except FileNotFoundError as error:
                raise FileMissing() from error

    def link(self, key: str) -> str | None:
        """There are no links: the web server sends the file."""
        return None

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        with translated_errors():
            return (self.root / key).exists()

    def delete(self, key: str) -> None:
        """Remove a stored file; harmless if it is gone."""
        with translated_errors():
            (self.root / key).unlink(missing_ok=True)

    def keys(self, older_than: datetime) -> Iterator[str]:
        """The keys of all files written before an instant."""
        for folder, folders, names in os.walk(self.root):
            if Path(folder) == self.root:
                folders[:] = [name for name in folders if name != _INCOMING]
            for name in names:
                path = Path(folder, name)
                try:
                    if path.stat().st_mtime < older_than.timestamp():
                        yield path.relative_to(self.root).as_posix()
                except FileNotFoundError:
                    continue  # deleted while we walked

    def check(self) -> str:
        """Write and remove a small file; returns how much space is free."""
        free = self._incoming.require_space(0)
        incoming = self.incoming(max_bytes=1)
        try:
            incoming.write(b"x")
            incoming.sync()
        finally:
            incoming.discard()
        return f"{free // MIB} MiB free"

    def sweep_incoming(self) -> int:
        """Remove uploads that a dead process left unfinished; returns how many."""
        return self._incoming.sweep()

    def _rename(self, path: Path, key: str) -> None:
        target = self.root / key
        make_folder(target.parent)
        with translated_errors():
            path.rename(target)
            folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)  # the rename itself is durable only with its folder
            finally:
                os.close(folder)
