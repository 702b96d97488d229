"""One running job, as its supervisor sees it."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import ValidationError

from pdfmill.core.errors import OutputRejected, ProviderNotConfigured
from pdfmill.core.failure import Failure
from pdfmill.core.limits import Limits
from pdfmill.core.progress import Progress
from pdfmill.providers.desk import Desk
from pdfmill.worker.box.messages import Ended, SandboxOutcome, Verdict, failure_of

#: Seconds after a job's deadline until its keeper counts as gone.
_BACKSTOP_S = 10

#: The check of the outputs gets what the job left of its time, and at least this many seconds.
_LEAST_CHECK_S = 10.0

#: Ends of the check that say nothing about the outputs.
_PASSED_ON = (Verdict.FAILED, Verdict.CANCELLED, Verdict.LOST)

StartCheck = Callable[[SandboxOutcome, Limits], socket.socket]


class SandboxProcess:
    """One job, and the check of what it made. Leaving it as a context manager kills whatever runs of it.

    Args:
        start_check: Starts the job that opens the outputs once more; None where they are not looked at.
        desk: Where the job may ask a provider; None where nobody is configured.
    """

    def __init__(
        self,
        keeper: socket.socket,
        directory: Path,
        limits: Limits,
        start_check: StartCheck | None = None,
        desk: Desk | None = None,
    ) -> None:
        self._keeper = keeper
        self._desk = desk
        self._unsent = b""
        self._directory = directory
        self._limits = limits
        self._start_check = start_check
        self._unread = b""
        self._unchecked: Ended | None = None
        self._ended: Ended | None = None
        self._backstop = time.monotonic() + limits.wall_s + _BACKSTOP_S

    def next_event(self, timeout_s: float) -> Progress | Ended | None:
        """The next thing that happens, or None after ``timeout_s`` seconds without any; `Ended` comes last."""
        until = time.monotonic() + timeout_s
        while self._ended is None:
            line, newline, rest = self._unread.partition(b"\n")
            if newline:
                self._unread = rest
                event = self._read(line)
                if event is not None:
                    return event
                continue
            wait_s = until - time.monotonic()
            if wait_s <= 0 or not (ready := self._wait(wait_s)):
                if time.monotonic() < self._backstop:
                    return None
                self._ended = self._lost(Verdict.DEADLINE, "the keeper does not answer")
                break
            if self._keeper not in ready:
                continue
            try:
                data = self._keeper.recv(1 << 16)
            except ConnectionError:
                data = b""
            if not data:
                self._ended = self._lost(Verdict.LOST, "the keeper is gone")
            self._unread += data
        return self._ended

    def _wait(self, wait_s: float) -> list[socket.socket | Desk]:
        """Wait for the keeper or the provider, and pass on what the provider says; what became ready."""
        reading: list[socket.socket | Desk] = [self._keeper] if self._desk is None else [self._keeper, self._desk]
        readable, writable, _ = select.select(reading, [self._keeper] if self._unsent else [], [], wait_s)
        if self._desk is not None and self._desk in readable:
            self._unsent += self._desk.take_answer() or b""
        if writable or self._unsent:
            # Not all at once: the keeper may just want to be read from.
            with contextlib.suppress(BlockingIOError, ConnectionError):
                self._unsent = self._unsent[self._keeper.send(self._unsent, socket.MSG_DONTWAIT) :]
        return [*readable, *writable]

    def _ask(self, request: object) -> None:
        """Have a request of the job answered; the keeper lets through one at a time."""
        if self._desk is not None:
            self._desk.ask(request)
            return
        failure = Failure.of(ProviderNotConfigured("There is nobody to ask, and the job was told so. Report this."))
        self._unsent += json.dumps({"answer": {"failure": failure.model_dump(mode="json")}}).encode() + b"\n"

    def wait(self) -> Ended:
        """Wait for the end."""
        while True:
            event = self.next_event(60)
            if isinstance(event, Ended):
                return event

    def cancel(self) -> None:
        """Have the job killed; `Ended` follows. Harmless when it has ended."""
        with contextlib.suppress(OSError):
            self._keeper.shutdown(socket.SHUT_WR)

    def __enter__(self) -> SandboxProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ended is None:
            self.cancel()
            self.next_event(5)
            while self._ended is None and self.next_event(5) is not None:
                pass
        self._keeper.close()
        self._close_desk()

    def _close_desk(self) -> None:
        """End a call that runs; nobody waits for its answer any more."""
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    def _read(self, line: bytes) -> Progress | Ended | None:
        message: dict[str, Any] = json.loads(line)
        if "progress" in message:
            try:
                return Progress.model_validate(message["progress"])
            except ValidationError:
                return None  # the job's own words, and wrong ones
        if "ask" in message:
            self._ask(message["ask"])
            return None
        try:
            ended = self._end(message["ended"])
        except (ValueError, KeyError, TypeError) as error:  # pydantic's ValidationError is a ValueError
            ended = self._lost(Verdict.CRASH, f"the job answered nonsense: {error!r}")
        if self._desk is not None:
            ended = ended.with_provider_uses(self._desk.uses)
            self._close_desk()
        if self._unchecked is not None:
            self._ended = _after_check(self._unchecked, ended)
        elif ended.outcome is None or not ended.outcome.outputs or self._start_check is None:
            self._ended = ended
        else:
            self._check(ended, ended.outcome, self._start_check)
        return self._ended

    def _check(self, ended: Ended, outcome: SandboxOutcome, start_check: StartCheck) -> None:
        """Have the outputs opened once more, in a box that has not seen the document."""
        foreign = self._foreign_files(outcome)
        if foreign:
            self._ended = _rejected(ended, "An output is no plain file in its place.", f"foreign files: {foreign}")
            return
        wall_s = max(self._limits.wall_s - ended.wall_s, _LEAST_CHECK_S)
        self._keeper.close()
        self._keeper = start_check(outcome, self._limits.model_copy(update={"wall_s": wall_s}))
        self._backstop = time.monotonic() + wall_s + _BACKSTOP_S
        self._unread, self._unchecked = b"", ended

    def _end(self, ended: dict[str, Any]) -> Ended:
        verdict = Verdict(ended["verdict"])
        outcome = failure = None
        if verdict is Verdict.OK:
            outcome = SandboxOutcome.model_validate(ended["outcome"])
        elif verdict is Verdict.FAILED:
            failure = Failure.model_validate(ended["failure"])
        else:
            failure = failure_of(verdict, self._limits)
        cause = str(ended.get("cause") or ("" if verdict is Verdict.OK else f"exit status {ended.get('status')}"))
        return Ended(
            verdict=verdict,
            outcome=outcome,
            failure=failure,
            cause=cause,
            cpu_s=ended.get("cpu_s", 0.0),
            peak_memory_bytes=ended.get("peak_memory_bytes", 0),
            wall_s=ended.get("wall_s", 0.0),
        )

    def _foreign_files(self, outcome: SandboxOutcome) -> list[str]:
        """The job is dead by now, so what it names cannot change any more; a link may lead out of its directory."""
        work_dir = self._directory / "work"
        paths = [self._directory / output.file for output in outcome.outputs]
        return [
            str(path)
            for path in paths
            if path.resolve() != path or not path.is_relative_to(work_dir) or not path.is_file()
        ]

    def _lost(self, verdict: Verdict, cause: str) -> Ended:
        return Ended(verdict, None, failure_of(verdict, self._limits), cause)


def _after_check(made: Ended, checked: Ended) -> Ended:
    """The end of both together."""
    checked = replace(
        checked,
        cpu_s=made.cpu_s + checked.cpu_s,
        peak_memory_bytes=max(made.peak_memory_bytes, checked.peak_memory_bytes),
        wall_s=made.wall_s + checked.wall_s,
    )
    if checked.verdict is Verdict.OK:
        return replace(checked, outcome=made.outcome, cause=made.cause)
    if checked.verdict in _PASSED_ON:
        return checked
    return _rejected(checked, "An output cannot be opened again.", checked.cause)


def _rejected(ended: Ended, what: str, cause: str) -> Ended:
    failure = Failure.of(OutputRejected(f"{what} Nothing was published; report this."))
    return replace(ended, verdict=Verdict.FAILED, outcome=None, failure=failure, cause=cause)
