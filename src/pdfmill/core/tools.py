"""Running a program: no shell, its own process group, capped output, killed as a whole."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pdfmill.core.errors import EngineFailed, MissingDependency

#: How much of each of its two outputs is kept; the rest is nobody's reading.
OUTPUT_CAP_BYTES = 1024 * 1024

#: A program that prints more than this to both together will not stop.
PRINTED_CAP_BYTES = 64 * 1024 * 1024

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
        EngineFailed: Its status is not 0, and ``check`` is set; or it printed without end.
    """
    program = Path(argv[0]).name
    with tempfile.TemporaryFile() as given:
        # A file, not a pipe: a program that reads nothing must not block us.
        given.write(stdin or b"")
        given.seek(0)
        with _started([os.fspath(word) for word in argv], cwd, given) as process:
            stdout, stderr = _listen(process, poll, program)
    done = CompletedTool(program, process.returncode, stdout, stderr)
    if check and done.status != 0:
        raise EngineFailed(
            f"{program} ended with status {done.status}. The document may be damaged; if other documents fail too, "
            "run `pdfmill doctor`.",
            program=program,
            status=done.status,
        ) from RuntimeError(done.stderr[-2000:].decode(errors="replace"))
    return done


@contextmanager
def _started(words: list[str], cwd: Path, stdin: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    program = Path(words[0]).name
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(words, cwd=cwd, stdin=stdin, stdout=pipe, stderr=pipe, start_new_session=True)
    except FileNotFoundError as error:
        raise MissingDependency(
            f"The program {program!r} is not installed. `pdfmill doctor` says how to install it.", program=program
        ) from error
    with process:  # closes the pipes and buries it
        try:
            yield process
        finally:
            # Also after a normal end: what the program left running in its group has nothing more to do.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _listen(process: subprocess.Popen[bytes], poll: Callable[[], None], program: str) -> tuple[bytes, bytes]:
    """What it prints until it ends. All is read, so that it never blocks, and little is kept."""
    assert process.stdout is not None
    assert process.stderr is not None
    kept = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
    printed = 0
    ended = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as selector:
            for descriptor in (ended, *kept):
                selector.register(descriptor, selectors.EVENT_READ)
            running = True
            while running:
                poll()
                ready = {key.fd for key, _ in selector.select(POLL_S)}
                running = ended not in ready
                for descriptor in ready - {ended}:
                    data = os.read(descriptor, 1 << 20)
                    printed += len(data)
                    kept[descriptor] += data[: OUTPUT_CAP_BYTES - len(kept[descriptor])]
                    if not data:
                        selector.unregister(descriptor)
                if printed > PRINTED_CAP_BYTES:
                    raise EngineFailed(
                        f"{program} printed without end and was stopped. The document may be hostile.", program=program
                    )
    finally:
        os.close(ended)
    process.wait()
    stdout, stderr = kept.values()
    return bytes(stdout), bytes(stderr)
