"""Uploads on their way in: in a folder of this machine, invisible until they are published."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from pdfmill.config.logging import get_logger
from pdfmill.core.documents import SNIFF_BYTES
from pdfmill.core.errors import InputTooLarge, StorageFull, StorageUnavailable
from pdfmill.core.limits import MIB

log = get_logger(__name__)

#: An unfinished upload older than this belongs to a process that died.
ABANDONED_AFTER_S = 3600


class IncomingFile(io.RawIOBase):
    """An upload: hashed, counted and limited while it is written.

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
        with translated_errors():
            return self._file.write(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Only to the start: Werkzeug rewinds each form part when it has written it."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("an incoming file is written once, front to back")
        return 0

    def discard(self) -> None:
        """Forget the upload; harmless once it is published.

        Never fails, for it follows on other failures: closing writes what is left once more, and a full disk is still
        full. What cannot be removed is swept later.
        """
        try:
            with suppress(OSError):
                self._file.close()
            self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("upload left to the sweep", cause=repr(error))

    def flush_to_file(self) -> None:
        """Hand everything written to the operating system."""
        with translated_errors():
            self._file.flush()

    def sync(self) -> None:
        """Bring everything written to the disk."""
        with translated_errors():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


class IncomingFolder:
    """The folder of unfinished uploads.

    Args:
        folder: Made if it is absent.
        min_free_bytes: Space that must stay free; an upload that would go below is refused before it is read.
    """

    def __init__(self, folder: Path, *, min_free_bytes: int) -> None:
        self._folder = folder
        self._min_free_bytes = min_free_bytes

    def require_space(self, size_bytes: int) -> int:
        """Refuse a file for which the disk has no room; returns how many bytes are free.

        Raises:
            StorageFull: Less than the configured floor would stay free.
        """
        make_folder(self._folder)
        with translated_errors():
            free = shutil.disk_usage(self._folder).free
        if free - size_bytes < self._min_free_bytes:
            raise StorageFull(
                "The server's disk is almost full, so no new files are taken. Try again later, or free space; the "
                "floor is PDFMILL_STORAGE__MIN_FREE_MIB.",
                retry_after_s=60,
            )
        return free

    def begin(self, max_bytes: int) -> IncomingFile:
        """Begin an upload."""
        make_folder(self._folder)
        with translated_errors():
            file = NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False)  # noqa: SIM115 - outlives this
        return IncomingFile(file, Path(file.name), max_bytes)  # type: ignore[arg-type]  # a wrapper of a BinaryIO

    def sweep(self) -> int:
        """Remove uploads that a dead process left unfinished; returns how many."""
        removed = 0
        oldest = time.time() - ABANDONED_AFTER_S
        for path in self._folder.glob("*.part"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def make_folder(folder: Path) -> None:
    """Make a folder that nobody else may look into, if it is absent."""
    with translated_errors():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def translated_errors() -> Iterator[None]:
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
