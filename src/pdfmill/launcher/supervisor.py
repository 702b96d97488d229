"""The loop over all parts. One thread; it sleeps until a process ends, a signal comes, or something is due."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable, Sequence

from pdfmill.launcher.parts import LOOK_EVERY_S, Part

#: While a part starts, or waits to be started again, it is looked at this often.
_STARTING_TICK_S = 0.03

#: Otherwise the loop wakes for signals, and to see whether all are well.
_IDLE_TICK_S = LOOK_EVERY_S


class Supervisor:
    """Keeps parts running until it is told to stop.

    Args:
        parts: In the order in which they start.
        stop_order: Their names in groups; the members of a group stop together, one group after the other.
        on_ready: Called once, when every part is up for the first time.
    """

    def __init__(
        self, parts: Sequence[Part], stop_order: Sequence[Sequence[str]], on_ready: Callable[[], None]
    ) -> None:
        self._parts = parts
        self._stop_order = stop_order
        self._on_ready = on_ready
        self._signals = 0

    def run(self) -> None:
        """Start, watch, and stop when SIGINT or SIGTERM comes; a second one kills at once."""
        wake, told = os.pipe()
        for end in (wake, told):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake the loop
        was_ready = False
        try:
            while not self._signals:
                for part in self._parts:
                    part.step()
                everything_up = all(part.is_up for part in self._parts)
                if everything_up and not was_ready:
                    was_ready = True
                    self._on_ready()
                self._sleep(wake, _IDLE_TICK_S if everything_up else _STARTING_TICK_S)
        finally:
            self._stop_all()

    def _sleep(self, wake: int, seconds: float) -> None:
        outputs = [part.output for part in self._parts if part.output is not None]
        readable, _, _ = select.select([wake, *outputs], [], [], seconds)
        for part in self._parts:
            if part.output in readable:
                part.forward_output()
        if wake in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)

    def _stop_all(self) -> None:
        by_name = {part.name: part for part in self._parts}
        for group in self._stop_order:
            members = [by_name[name] for name in group if name in by_name]
            for part in members:
                part.terminate()
            for part in members:
                part.wait()

    def _stop(self, *_: object) -> None:
        self._signals += 1
        if self._signals > 1:
            for part in self._parts:
                part.kill()
