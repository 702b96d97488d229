"""A part: a process that is started, waited for, restarted when it dies, and stopped."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from pdfmill.config.logging import get_logger

log = get_logger(__name__)

#: The first restart is immediate; each further one waits twice as long, up to half a minute.
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.25, 30.0

#: A part that lived this long had started well, and its failures are forgotten: whoever dies of a wrong setting or a
#: missing library does so sooner.
_HEALTHY_AFTER_S = 10.0

#: How often a part that can be asked is asked whether it is well, and how often it may fail to say so.
LOOK_EVERY_S = 2.0
_BAD_LOOKS = 3

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Part:
    """One process under the launcher.

    Args:
        is_ready: Whether it can do its work; asked until it says so.
        is_well: Whether it still can; asked every few seconds from then on. A part that says no three times in a row is
            started anew.
        grace_s: Seconds between SIGTERM and SIGKILL when it is stopped.
        before_start: Tidies up what a former process left.
        capture: Whether its output goes through a pipe into our log, for programs that do not log as we do.
    """

    def __init__(  # noqa: PLR0913 - all that there is to know of a process
        self,
        name: str,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        is_ready: Callable[[], bool],
        grace_s: float,
        is_well: Callable[[], bool] | None = None,
        before_start: Callable[[], None] = lambda: None,
        capture: bool = False,
    ) -> None:
        self.name = name
        self.is_up = False
        self.process: subprocess.Popen[bytes] | None = None
        self._argv = list(argv)
        self._environment = dict(environment)
        self._is_ready = is_ready
        self._grace_s = grace_s
        self._is_well = is_well
        self._before_start = before_start
        self._capture = capture
        self._failures = 0
        self._started = 0.0
        self._next_start = 0.0
        self._next_look = 0.0
        self._bad_looks = 0

    @property
    def output(self) -> int | None:
        """The pipe of its output, if that is captured and it runs."""
        if self.process is None or self.process.stdout is None:
            return None
        return self.process.stdout.fileno()

    def step(self) -> None:
        """Do what is due: bury, start, see whether it is ready."""
        if self.process is not None and self.process.poll() is not None:
            self._bury()
        if self.process is None and time.monotonic() >= self._next_start:
            self._start()
        if self.process is not None and not self.is_up and self._is_ready():
            self.is_up = True
            took = time.monotonic() - self._started
            log.info("part is up", name=self.name, pid=self.process.pid, seconds=round(took, 2))
        self._look_after_it()

    def _look_after_it(self) -> None:
        if self._is_well is None or not self.is_up or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_EVERY_S
        self._bad_looks = 0 if self._is_well() else self._bad_looks + 1
        if self._bad_looks >= _BAD_LOOKS:
            log.warning("part is killed: it does not answer", name=self.name)
            self._bad_looks = 0
            self.kill()

    def forward_output(self) -> None:
        """Log what it has printed."""
        if self.process is None or self.process.stdout is None:
            return
        with contextlib.suppress(BlockingIOError):
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            for line in data.decode(errors="replace").splitlines():
                log.info(line.strip(), part=self.name)

    def terminate(self) -> None:
        """Ask it to end."""
        if self.process is not None:
            self.process.terminate()

    def kill(self) -> None:
        """End it and its whole process group at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait for its end, at most its grace; then kill it and its process group."""
        if self.process is None:
            return
        try:
            self.process.wait(self._grace_s)
        except subprocess.TimeoutExpired:
            log.warning("part is killed: it did not stop in time", name=self.name, seconds=self._grace_s)
        self.kill()
        self.process.wait()
        self._close()
        log.info("part stopped", name=self.name)

    def _start(self) -> None:
        self._before_start()
        self._started = time.monotonic()
        self.is_up = False
        self.process = subprocess.Popen(
            self._argv,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if self._capture else None,
            stderr=subprocess.STDOUT if self._capture else None,
            start_new_session=True,  # a Ctrl-C in the terminal is ours to handle, in order
            preexec_fn=_die_with_the_launcher,
        )
        if self.process.stdout is not None:
            os.set_blocking(self.process.stdout.fileno(), False)
        log.info("part started", name=self.name, pid=self.process.pid)

    def _bury(self) -> None:
        assert self.process is not None
        lived = time.monotonic() - self._started
        self._failures = 0 if lived > _HEALTHY_AFTER_S else self._failures + 1
        delay = 0.0
        if self._failures > 1:
            delay = min(_FIRST_DELAY_S * 2 ** min(self._failures - 2, 10), _LONGEST_DELAY_S)
        self._next_start = time.monotonic() + delay
        self.forward_output()
        self.kill()  # what it left behind in its group
        log.warning(
            "part died",
            name=self.name,
            status=self.process.returncode,
            lived_s=round(lived, 1),
            restart_in_s=delay,
        )
        self._close()

    def _close(self) -> None:
        assert self.process is not None
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        self.is_up = False


def _die_with_the_launcher() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
