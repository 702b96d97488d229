"""How the processes of a worker learn that it stops."""

from __future__ import annotations

import mmap
import threading
from enum import IntEnum


class Phase(IntEnum):
    """How far the stop has come."""

    WORKING = 0
    CLAIMING_NOTHING = 1
    HANDING_BACK = 2


class WorkerStops(BaseException):
    """Raised in a running attempt whose time is up; a `BaseException`, because it is no failure of the job."""


class StopNotice:
    """Written by the worker's main process, read by the processes that it forked later.

    One byte of shared memory: a lock that a killed process held would stop all the others.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)

    @property
    def phase(self) -> Phase:
        return Phase(self._memory[0])

    def give(self, grace_s: float) -> None:
        """Claim nothing from now on, and hand back what still runs after ``grace_s`` seconds."""
        self._memory[0] = Phase.CLAIMING_NOTHING
        timer = threading.Timer(grace_s, self._hand_back)
        timer.daemon = True
        timer.start()

    def _hand_back(self) -> None:
        self._memory[0] = Phase.HANDING_BACK
