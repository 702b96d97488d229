"""The files that a command is given, checked before any work is done."""

from __future__ import annotations

import errno
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from pdfmill.core.documents import InputFile
from pdfmill.core.errors import EmptyInput, InvalidRequest, StorageFull, UnusablePath

STANDARD_INPUT = "-"

#: What a document that came through a pipe is called.
_PIPED_NAME = "document.pdf"


def take_inputs(arguments: Sequence[str], workspace: Path) -> list[InputFile]:
    """The files that the arguments name, in their order; ``-`` is read to its end into the workspace.

    Raises:
        UnusablePath: One is absent, a folder, or not readable.
        InvalidRequest: Standard input is named twice, or is a terminal.
    """
    if list(arguments).count(STANDARD_INPUT) > 1:
        raise InvalidRequest("Standard input holds one document: write - only once.")
    return [_standard_input(workspace) if each == STANDARD_INPUT else _at(Path(each), workspace) for each in arguments]


def refuse_empty(inputs: Sequence[InputFile], arguments: Sequence[str]) -> None:
    """Refuse files without a byte before any work is done.

    Raises:
        EmptyInput: One has none.
    """
    for file, argument in zip(inputs, arguments, strict=True):
        if file.size_bytes == 0 and argument == STANDARD_INPUT:
            raise EmptyInput("Nothing came through the pipe. Did the program before it fail?")
        if file.size_bytes == 0:
            raise EmptyInput(f"{argument} has no bytes. Was it copied or downloaded completely?")


@contextmanager
def disk_full_explained() -> Iterator[None]:
    """Say which disk is full.

    Raises:
        StorageFull: Instead of the system's own error.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StorageFull(
            "There is no room left for working files. Make room, or name a folder on a larger disk in TMPDIR."
        ) from error


def _at(path: Path, workspace: Path) -> InputFile:
    try:
        if path.is_dir():
            raise UnusablePath(f"{path} is a folder. Name the file in it.")
        if not path.exists():
            raise UnusablePath(f"There is no file {path}. Correct the path.")
        if not path.is_file():
            with path.open("rb") as pipe:
                return _piped(pipe, workspace)
        return InputFile.at(path)
    except OSError as error:
        raise UnusablePath(f"Cannot read {path}: {error.strerror}.") from error


def _standard_input(workspace: Path) -> InputFile:
    if sys.stdin.isatty():
        raise InvalidRequest("Standard input is a terminal, not a document. Name a file, or pipe one in.")
    return _piped(sys.stdin.buffer, workspace)


def _piped(pipe: IO[bytes], workspace: Path) -> InputFile:
    """Read to the end: what comes through a pipe can be read once only, and is looked at twice."""
    with disk_full_explained(), tempfile.NamedTemporaryFile(dir=workspace, delete=False) as file:
        shutil.copyfileobj(pipe, file)
    return replace(InputFile.at(Path(file.name)), name=_PIPED_NAME)
