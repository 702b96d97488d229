"""Named places at which a test makes a process die, to see that nothing is lost there.

A process with ``PDFMILL_TEST_CRASH_POINT=name`` in its environment kills itself, as ``kill -9`` would, the first time
it comes to that place; ``name:file`` only if the file can be removed, so that the next process lives on.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

VARIABLE = "PDFMILL_TEST_CRASH_POINT"


def crash_point(name: str) -> None:
    """Die here if the environment says so."""
    wanted, _, token = os.environ.get(VARIABLE, "").partition(":")
    if wanted != name:
        return
    if token:
        try:
            Path(token).unlink()
        except FileNotFoundError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
