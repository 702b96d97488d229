"""Many files in one: zip archives taken apart and put together."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, OutputFile, safe_name
from pdfmill.core.errors import EmptyInput, WrongInputCount
from pdfmill.engines.archives import open_archive

_CHUNK_BYTES = 1 << 20


def unpack(files: Sequence[InputFile], ctx: Context, *, most: int) -> list[OutputFile]:
    """The files as copies in the work directory, each zip archive replaced by the files in it.

    What an archive holds for programs only is left out: folders, hidden files, resource forks of macOS.

    Args:
        most: How many files there may be.

    Raises:
        EmptyInput: There is no file in any of the archives.
        WrongInputCount: There are more than ``most``.
        DamagedInput, EncryptedInput, ForbiddenContent, ArchiveTooLarge: An archive is refused.
    """
    found: list[OutputFile] = []
    for done, file in enumerate(files):
        ctx.advance(done, len(files), unit="files")
        if file.media_type is MediaType.ZIP:
            _unpack_archive(file, ctx, found)
        else:
            _copy(file.path.open("rb"), file.name, ctx, found)
    if not found:
        raise EmptyInput("There is no file in the archive. Send one with documents in it.")
    if len(found) > most:
        raise WrongInputCount(f"There are {len(found)} files; at most {most} are taken at once. Send fewer.")
    return found


def _unpack_archive(archive: InputFile, ctx: Context, found: list[OutputFile]) -> None:
    with open_archive(archive.path, ctx.limits) as members:
        for name in members.names:
            if name.endswith("/") or any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts):
                continue
            ctx.check()
            with members.open(name) as content:
                _copy(content, safe_name(name), ctx, found)


def _copy(content: IO[bytes], name: str, ctx: Context, found: list[OutputFile]) -> None:
    path = ctx.path(f"item-{len(found)}")
    with content, path.open("wb") as copy:
        shutil.copyfileobj(content, copy, _CHUNK_BYTES)
    # Of whatever kind it is: the job that works on it will tell.
    found.append(OutputFile(path, name, MediaType.UNKNOWN))


def pack(files: Sequence[tuple[str, Path]], target: Path, ctx: Context) -> None:
    """Put files into a new zip archive under the given names.

    They are stored as they are: documents are packed already.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for done, (name, path) in enumerate(files):
            archive.write(path, name)
            ctx.advance(done + 1, len(files), unit="files")


def unique_names(names: Iterable[str]) -> list[str]:
    """The same names, told apart where two are equal on a file system that ignores case: ``a.pdf``, ``a (2).pdf``."""
    taken: set[str] = set()
    unique = []
    for name in names:
        path, number, candidate = PurePosixPath(name), 1, name
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{path.stem} ({number}){path.suffix}"
        taken.add(candidate.casefold())
        unique.append(candidate)
    return unique
