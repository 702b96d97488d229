"""Running a program: no shell, its own process group, capped output, killed as a whole."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pdfmill.core.errors import EngineFailed, MissingDependency

#: How much of what a program prints is read back; the rest is nobody's reading.
OUTPUT_CAP_BYTES = 1024 * 1024

#: How often a running program's job is asked whether it was cancelled.
POLL_S = 0.1


@dataclass(frozen=True)
class CompletedTool:
    """A program that has ended. ``stdout`` and ``stderr`` hold at most their first MiB."""

    program: str
    status: int
    stdout: bytes
    stderr: bytes


def run_tool(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    poll: Callable[[], None],
    stdin: bytes | None = None,
    check: bool = True,
) -> CompletedTool:
    """Run a program to its end, or kill its process group when ``poll`` raises.

    Raises:
        MissingDependency: The program is not installed.
        EngineFailed: Its status is not 0, and ``check`` is set.
    """
    words = [os.fspath(word) for word in argv]
    program = Path(words[0]).name
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        # Files, not pipes: a program that prints without end fills a file whose size the sandbox limits, and never
        # blocks on a reader.
        given.write(stdin or b"")
        given.seek(0)
        try:
            process = subprocess.Popen(words, cwd=cwd, stdin=given, stdout=out, stderr=err, start_new_session=True)
        except FileNotFoundError as error:
            raise MissingDependency(
                f"The program {program!r} is not installed. `pdfmill doctor` says how to install it.", program=program
            ) from error
        _wait(process, poll)
        done = CompletedTool(program, process.returncode, _head(out), _head(err))
    if check and done.status != 0:
        raise EngineFailed(
            f"{program} ended with status {done.status}. The document may be damaged; if other documents fail too, "
            "run `pdfmill doctor`.",
            program=program,
            status=done.status,
        ) from RuntimeError(done.stderr[-2000:].decode(errors="replace"))
    return done


def _wait(process: subprocess.Popen[bytes], poll: Callable[[], None]) -> None:
    try:
        while True:
            poll()
            try:
                process.wait(POLL_S)
            except subprocess.TimeoutExpired:
                continue
            return
    finally:
        # Also after a normal end: what the program left running in its group has nothing more to do.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(OUTPUT_CAP_BYTES)
