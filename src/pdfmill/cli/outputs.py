"""Where the outputs of a command go: a file, a folder, beside the input, or standard output."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from pdfmill.core.documents import safe_name
from pdfmill.core.errors import InvalidRequest, OutputExists, UnusablePath

STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class MadeFile:
    """An output that still lies in the workspace; ``name`` is what the operation suggests."""

    path: Path
    name: str
    media_type: str


@dataclass(frozen=True)
class Destination:
    """Where outputs go.

    Attributes:
        path: A file, or a folder where ``is_folder``, which is made if only it itself is missing; None is standard
            output.
        force: Whether a file that exists may be replaced.
    """

    path: Path | None
    is_folder: bool
    force: bool

    @classmethod
    def of(cls, wanted: str | None, inputs: Sequence[str], *, force: bool) -> Destination:
        """What ``--output`` means beside these inputs; checked as far as that is possible before any work is done.

        Without ``--output``, outputs go beside the first input, or into this folder if there is none; what came
        through standard input leaves through standard output.

        Raises:
            OutputExists: The file exists, and ``force`` is not set.
            UnusablePath: The folder is absent or cannot be written.
            InvalidRequest: Standard output is a terminal.
        """
        if wanted is None:
            folder = Path(inputs[0]).parent if inputs else Path()
            wanted = STANDARD_OUTPUT if "-" in inputs[:1] else str(folder)
        if wanted == STANDARD_OUTPUT:
            if sys.stdout.isatty():
                raise InvalidRequest(
                    "Standard output is a terminal, not a place for a document. Use -o FILE, or a pipe."
                )
            return cls(None, is_folder=False, force=force)
        is_folder = Path(wanted).is_dir() or wanted.endswith("/")
        destination = cls(Path(wanted), is_folder, force)
        destination._check()
        return destination

    def place(self, made: Sequence[MadeFile]) -> list[Path | None]:
        """Put each output in its place, whole or not at all; returns where, None for standard output.

        Raises:
            OutputExists: A file exists, ``force`` is not set, and nobody is there to ask.
            UnusablePath: The place cannot be written.
            InvalidRequest: Several outputs, and one file to hold them.
        """
        if len(made) > 1 and not self.is_folder:
            raise InvalidRequest(f"There are {len(made)} outputs, which need a folder. Name one with -o.")
        if self.path is None:
            _print(made)
            return [None] * len(made)
        if self.is_folder:
            self._make_folder()
        targets = [self.path / safe_name(each.name) if self.is_folder else self.path for each in made]
        for target in targets:
            self._refuse_existing(target, may_ask=True)
        for each, target in zip(made, targets, strict=True):
            _publish(each.path, target)
        return list(targets)

    def _check(self) -> None:
        assert self.path is not None
        folder = self.path if self.path.is_dir() else self.path.parent
        if not folder.is_dir():
            raise UnusablePath(f"There is no folder {folder}. Make it, or correct -o.")
        if not self.is_folder:
            self._refuse_existing(self.path, may_ask=False)
        if not os.access(folder, os.W_OK) and not _takes_a_stream(self.path):
            raise UnusablePath(f"The folder {folder} cannot be written. Name another place with -o.")

    def _make_folder(self) -> None:
        assert self.path is not None
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise UnusablePath(f"The folder {self.path} cannot be made: {error.strerror}. Correct -o.") from error

    def _refuse_existing(self, target: Path, *, may_ask: bool) -> None:
        if self.force or not target.exists() or _takes_a_stream(target):
            return
        # Once the work is done a person had better be asked: to refuse would throw the work away.
        if may_ask and sys.stdin.isatty() and sys.stderr.isatty() and click.confirm(f"Replace {target}?", err=True):
            return
        raise OutputExists(f"{target} exists. Add --force to replace it, or name another file with -o.")


def _takes_a_stream(path: Path) -> bool:
    """Whether it is a pipe or a device such as /dev/null, which is written to and not replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _publish(source: Path, target: Path) -> None:
    """Write beside the target, then rename: who looks at the target sees the old file or the whole new one."""
    try:
        if _takes_a_stream(target):
            with source.open("rb") as content, target.open("wb") as stream:
                shutil.copyfileobj(content, stream)
            return
        target = target.resolve()  # a symbolic link stays one
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".part")
        part_path = Path(name)
        try:
            with os.fdopen(handle, "wb") as part, source.open("rb") as content:
                shutil.copyfileobj(content, part)
                part.flush()
                os.fchmod(part.fileno(), mode)
                os.fsync(part.fileno())
            part_path.replace(target)
        except BaseException:
            part_path.unlink()
            raise
    except OSError as error:
        raise UnusablePath(f"Cannot write {target}: {error.strerror}. Name another place with -o.") from error


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _print(made: Sequence[MadeFile]) -> None:
    for each in made:
        with each.path.open("rb") as content:
            shutil.copyfileobj(content, sys.stdout.buffer)
    sys.stdout.buffer.flush()
