"""Where the files of jobs lie. A file is published whole or not at all: write, fsync, rename, fsync the folder."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from pdfmill.core.documents import SNIFF_BYTES
from pdfmill.core.errors import InputTooLarge, StorageFull, StorageUnavailable
from pdfmill.core.limits import MIB

#: An unfinished upload older than this belongs to a process that died.
ABANDONED_AFTER_S = 3600


@dataclass(frozen=True)
class StoredFile:
    """A published file: its key, and what was measured while it was written."""

    key: str
    size_bytes: int
    sha256: str


class IncomingFile(io.RawIOBase):
    """An upload on its way in: hashed, counted and limited while it is written, invisible until it is published.

    Attributes:
        head: Its first bytes, enough for `core.documents.sniff`.
    """

    def __init__(self, file: BinaryIO, path: Path, max_bytes: int) -> None:
        super().__init__()
        self.path = path
        self.head = b""
        self.size_bytes = 0
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._file = file

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]  # narrower than a Buffer
        """Append.

        Raises:
            InputTooLarge: The file grows beyond the limit.
            StorageFull: The disk is full.
        """
        self.size_bytes += len(data)
        if self.size_bytes > self._max_bytes:
            raise InputTooLarge(
                f"The file is larger than {self._max_bytes // MIB} MiB. Send a smaller one, or raise "
                "PDFMILL_UPLOAD__MAX_UPLOAD_MIB.",
                limit_bytes=self._max_bytes,
            )
        if len(self.head) < SNIFF_BYTES:
            self.head += bytes(data[: SNIFF_BYTES - len(self.head)])
        self._hash.update(data)
        with _translated():
            return self._file.write(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Only to the start: Werkzeug rewinds each form part when it has written it."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("an incoming file is written once, front to back")
        return 0

    def discard(self) -> None:
        """Forget the upload; harmless once it is published."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def sync(self) -> None:
        """Bring everything written to the disk."""
        with _translated():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


class LocalStorage:
    """Files in one folder of one machine.

    Args:
        root: The folder; made if it is absent.
        min_free_bytes: Space that must stay free; an upload that would go below is refused before it is read.
    """

    def __init__(self, root: Path, *, min_free_bytes: int) -> None:
        self.root = root
        self._incoming = root / "incoming"
        self._min_free_bytes = min_free_bytes

    def require_space(self, size_bytes: int) -> None:
        """Refuse a file for which the disk has no room.

        Raises:
            StorageFull: Less than the configured floor would stay free.
        """
        self._make(self.root)
        if shutil.disk_usage(self.root).free - size_bytes < self._min_free_bytes:
            raise StorageFull(
                "The server's disk is almost full, so no new files are taken. Try again later, or free space; the "
                "floor is PDFMILL_STORAGE__MIN_FREE_MIB.",
                retry_after_s=60,
            )

    def incoming(self, max_bytes: int) -> IncomingFile:
        """Begin an upload."""
        self._make(self._incoming)
        with _translated():
            file = NamedTemporaryFile(dir=self._incoming, suffix=".part", delete=False)  # noqa: SIM115 - outlives this
        return IncomingFile(file, Path(file.name), max_bytes)  # type: ignore[arg-type]  # a wrapper of a BinaryIO

    def publish(self, incoming: IncomingFile, key: str) -> StoredFile:
        """Make an upload visible under its key, durably."""
        incoming.sync()
        self._rename(incoming.path, key)
        return StoredFile(key, incoming.size_bytes, incoming.sha256)

    def publish_path(self, path: Path, key: str) -> StoredFile:
        """Copy a file of an attempt into the storage and make it visible under its key, durably."""
        incoming = self.incoming(max_bytes=path.stat().st_size)
        try:
            with path.open("rb") as source:
                shutil.copyfileobj(source, incoming, MIB)
            return self.publish(incoming, key)
        except BaseException:
            incoming.discard()
            raise

    def fetch(self, key: str, target: Path) -> None:
        """Copy a stored file to where an attempt reads it; read-only there."""
        with _translated():
            shutil.copyfile(self.path_of(key), target)
            target.chmod(0o444)

    def path_of(self, key: str) -> Path:
        """Where a stored file lies.

        Raises:
            StorageUnavailable: It is not there.
        """
        path = self.root / key
        if not path.is_file():
            raise StorageUnavailable("A file of this job is missing from the storage. Submit the job again.")
        return path

    def delete(self, key: str) -> None:
        """Remove a stored file; harmless if it is gone."""
        with _translated():
            (self.root / key).unlink(missing_ok=True)

    def check(self) -> str:
        """Write and remove a small file; returns how much space is free.

        Raises:
            StorageUnavailable, StorageFull: That did not work.
        """
        self.require_space(0)
        incoming = self.incoming(max_bytes=1)
        try:
            incoming.write(b"x")
            incoming.sync()
        finally:
            incoming.discard()
        return f"{shutil.disk_usage(self.root).free // MIB} MiB free"

    def sweep(self) -> int:
        """Remove uploads that a dead process left unfinished; returns how many."""
        removed = 0
        oldest = time.time() - ABANDONED_AFTER_S
        for path in self._incoming.glob("*.part"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _make(self, folder: Path) -> None:
        with _translated():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _rename(self, path: Path, key: str) -> None:
        target = self.root / key
        self._make(target.parent)
        with _translated():
            path.rename(target)
            folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)  # the rename itself is durable only with its folder
            finally:
                os.close(folder)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the errors of the file system into ours."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                "The server's disk is full. Nothing was stored; try again when there is space.", retry_after_s=60
            ) from error
        raise StorageUnavailable(
            "The file storage does not answer. Try again; if it stays so, the server's log holds the cause."
        ) from error
