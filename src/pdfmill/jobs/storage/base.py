"""What every storage can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from pdfmill.jobs.storage.incoming import IncomingFile


@dataclass(frozen=True)
class StoredFile:
    """A published file: its key, and what was measured while it was written."""

    key: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Label:
    """How a file presents itself to whoever downloads it straight from the storage."""

    name: str
    media_type: str


class Storage(Protocol):
    """Files under keys. A key names one file for ever: it holds the job's id and, for outputs, the attempt.

    Everything may raise `StorageUnavailable` or `StorageFull`.
    """

    def require_space(self, size_bytes: int) -> None:
        """Refuse a file for which this machine has no room, before it is read."""

    def free_bytes(self) -> int | None:
        """What is free where the files lie; None where that is not known."""

    def incoming(self, max_bytes: int) -> IncomingFile:
        """Begin an upload."""

    def publish(self, incoming: IncomingFile, key: str, label: Label) -> StoredFile:
        """Make an upload visible under its key, durably."""

    def publish_path(self, path: Path, key: str, label: Label) -> StoredFile:
        """Copy a file of an attempt into the storage and make it visible under its key, durably."""

    def fetch(self, key: str, target: Path) -> None:
        """Copy a stored file to where an attempt reads it; read-only there."""

    def open(self, key: str) -> BinaryIO:
        """The stored file for reading, as a file of this machine, so that the kernel can send it."""

    def link(self, key: str) -> str | None:
        """A URL, valid for some minutes, where a client fetches the file itself; None if there are no such links."""

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""

    def delete(self, key: str) -> None:
        """Remove a stored file; harmless if it is gone."""

    def keys(self, older_than: datetime) -> Iterator[str]:
        """The keys of all files written before an instant."""

    def check(self) -> str:
        """Write and remove a small file; returns what was found out."""

    def sweep_incoming(self) -> int:
        """Remove uploads that a dead process of this machine left unfinished; returns how many."""
