"""The temporary folder of one command, gone when the command ends, however it ends."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


@contextmanager
def temporary_workspace() -> Iterator[Path]:
    """A private folder under ``TMPDIR``, removed also when a signal ends the command."""
    with _signals_unwind(), tempfile.TemporaryDirectory(prefix="pdfmill-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            # As root, the sandbox runs as an unprivileged user, who must get through here to the job's own folder.
            folder.chmod(0o711)
        yield folder


@contextmanager
def _signals_unwind() -> Iterator[None]:
    """Have SIGTERM and SIGHUP unwind the stack as Ctrl-C does: by default they would leave files and jobs behind."""
    before = {number: signal.signal(number, _unwind) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unwind(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
