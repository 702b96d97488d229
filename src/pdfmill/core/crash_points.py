"""Named places at which a test makes a process die, to see that nothing is lost there.

A process with ``PDFMILL_TEST_CRASH_POINTS=folder`` in its environment kills itself, as ``kill -9`` would, when it comes
to a place for which the folder holds a file of that name. It takes the file away first, so only one process dies of it.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

VARIABLE = "PDFMILL_TEST_CRASH_POINTS"


def crash_point(name: str) -> None:
    """Die here if a test wants it."""
    folder = os.environ.get(VARIABLE)
    if folder is None:
        return
    try:
        Path(folder, name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
