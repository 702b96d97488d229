"""Writing a download so that its target is either the whole of it or what it was before."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from pdfmill.client.jobs import OutputFile
from pdfmill.core.errors import ServerUnreachable, UnusablePath


def write_verified(pieces: Iterator[bytes], target: Path, promised: OutputFile | None) -> Path:
    """Write to ``<target>.part``, compare size and checksum with what was promised, and rename.

    Raises:
        ServerUnreachable: Fewer or other bytes arrived than were promised.
        UnusablePath: The file cannot be written.
    """
    part = target.with_name(f"{target.name}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        _compare(promised, size, digest.hexdigest())
        part.replace(target)
    except OSError as error:
        raise UnusablePath(f"Cannot write {target}: {error.strerror}.") from error
    finally:
        with contextlib.suppress(OSError):  # it is gone already, or could not be made
            part.unlink()
    return target


def _compare(promised: OutputFile | None, size: int, sha256: str) -> None:
    if promised is None:
        return
    if size != promised.size_bytes:
        raise ServerUnreachable(
            f"The download broke off: {size} of {promised.size_bytes} bytes arrived. Download it again."
        )
    if promised.sha256 is not None and sha256 != promised.sha256:
        raise ServerUnreachable("The download arrived damaged: its checksum is another. Download it again.")
