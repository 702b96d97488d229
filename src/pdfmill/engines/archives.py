"""Zip archives, walked before anything else opens them: Office documents are such archives.

The central directory is judged first and every member is then unpacked once, within a budget, because a directory may
lie about the sizes of its members.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from pdfmill.core.errors import ArchiveTooLarge, DamagedInput, EncryptedInput, ForbiddenContent
from pdfmill.core.limits import MIB, Limits

#: Documents in documents are common, documents in those are not, and deeper ones are bombs.
_DEEPEST = 2

#: An archive that unpacks to less than this may be packed as tightly as it likes: a blank sheet is.
_SMALL_MIB = 50

_CHUNK = 1 << 20
_ENCRYPTED = 0x1


class Archive:
    """A zip archive whose directory has been judged."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    @property
    def names(self) -> tuple[str, ...]:
        """The members, in the order of the directory."""
        return tuple(self._file.namelist())

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A member's content as a stream.

        Raises:
            DamagedInput: There is no such member, or it cannot be unpacked.
        """
        with _translated(), self._file.open(name) as stream:
            yield stream


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[Archive]:
    """Walk an archive and open it.

    Raises:
        DamagedInput: It is no zip archive, or is broken.
        EncryptedInput: A member is encrypted.
        ForbiddenContent: A member's name leads out of the archive, or stands twice; or a member is a link.
        ArchiveTooLarge: It holds too much, packed too tightly, or archives too deep in one another.
    """
    with path.open("rb") as file:
        _walk(file, path.stat().st_size, limits, depth=0)
        with _translated(), zipfile.ZipFile(file) as opened:
            yield Archive(opened)


def _walk(file: IO[bytes], packed_bytes: int, limits: Limits, depth: int) -> None:
    if depth > _DEEPEST:
        raise ArchiveTooLarge("The archive holds archives in archives in archives. Unpack it and send what is in it.")
    with _translated(), zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > limits.max_archive_members:
            raise ArchiveTooLarge(
                f"The archive holds {len(members)} files; at most {limits.max_archive_members} are taken. Send less, "
                "or raise PDFMILL_LIMITS__MAX_ARCHIVE_MEMBERS.",
                limit=limits.max_archive_members,
            )
        _refuse_strange_members(members)
        budget = _Budget(packed_bytes, limits)
        budget.take(sum(member.file_size for member in members))
        budget = _Budget(packed_bytes, limits)
        for member in members:
            with archive.open(member) as stream:
                nested = stream.read(4) == b"PK\x03\x04"
                budget.take(4)
                while chunk := stream.read(_CHUNK):
                    budget.take(len(chunk))
            if nested:
                with archive.open(member) as stream:
                    _walk(stream, member.file_size, limits, depth + 1)


class _Budget:
    """What may still be unpacked of an archive."""

    def __init__(self, packed_bytes: int, limits: Limits) -> None:
        self._limits = limits
        self._packed = max(packed_bytes, 1)
        self._unpacked = 0

    def take(self, count: int) -> None:
        self._unpacked += count
        if self._unpacked > self._limits.max_archive_mib * MIB:
            raise ArchiveTooLarge(
                f"Unpacked, the archive has more than {self._limits.max_archive_mib} MiB. Send less, or raise "
                "PDFMILL_LIMITS__MAX_ARCHIVE_MIB.",
                limit_mib=self._limits.max_archive_mib,
            )
        if self._unpacked > _SMALL_MIB * MIB and self._unpacked > self._limits.max_archive_ratio * self._packed:
            raise ArchiveTooLarge(
                f"Unpacked, the archive is more than {self._limits.max_archive_ratio} times as large. It may be "
                "hostile; if you trust it, raise PDFMILL_LIMITS__MAX_ARCHIVE_RATIO.",
                limit_ratio=self._limits.max_archive_ratio,
            )


def _refuse_strange_members(members: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for member in members:
        # `orig_filename` is what the archive says; zipfile cuts `filename` at a NUL.
        name = member.orig_filename
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or parts[:1] == ("/",) or ":" in name or any(ord(character) < 32 for character in name):
            raise ForbiddenContent("The archive holds a file whose name leads out of it. It may be hostile.")
        if name in seen:
            raise ForbiddenContent("The archive holds two files of one name. Save the document anew and send that.")
        seen.add(name)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ForbiddenContent("The archive holds a link. Save the document anew and send that.")
        if member.flag_bits & _ENCRYPTED:
            raise EncryptedInput("The file is protected by a password. Remove it and send the file again.")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    # NotImplementedError: a way of packing that zipfile does not know. KeyError: no such member.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError) as error:
        raise DamagedInput("The file is damaged, or no archive. Save the document anew and send that.") from error
