"""One running job, as its supervisor sees it."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import ValidationError

from pdfmill.core.failure import Failure
from pdfmill.core.limits import Limits
from pdfmill.core.progress import Progress
from pdfmill.worker.box.messages import Ended, SandboxOutcome, Verdict, failure_of


class SandboxProcess:
    """One job. Leaving it as a context manager kills the job and waits until nothing of it is left."""

    def __init__(self, keeper: socket.socket, directory: Path, limits: Limits) -> None:
        self._keeper = keeper
        self._directory = directory
        self._limits = limits
        self._unread = b""
        self._ended: Ended | None = None
        self._backstop = time.monotonic() + limits.wall_s + 10

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
            if wait_s <= 0 or not select.select([self._keeper], [], [], wait_s)[0]:
                if time.monotonic() < self._backstop:
                    return None
                self._ended = self._lost(Verdict.DEADLINE, "the keeper does not answer")
                break
            try:
                data = self._keeper.recv(1 << 16)
            except ConnectionError:
                data = b""
            if not data:
                self._ended = self._lost(Verdict.LOST, "the keeper is gone")
            self._unread += data
        return self._ended

    def wait(self) -> Ended:
        """Wait for the end."""
        while True:
            event = self.next_event(60)
            if isinstance(event, Ended):
                return event

    def cancel(self) -> None:
        """Have the job killed; `Ended` follows. Harmless when it has ended."""
        with contextlib.suppress(OSError):
            self._keeper.send(b"x")

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

    def _read(self, line: bytes) -> Progress | Ended | None:
        message: dict[str, Any] = json.loads(line)
        if "progress" in message:
            try:
                return Progress.model_validate(message["progress"])
            except ValidationError:
                return None  # the job's own words, and wrong ones
        try:
            self._ended = self._end(message["ended"])
        except (ValueError, KeyError, TypeError) as error:  # pydantic's ValidationError is a ValueError
            self._ended = self._lost(Verdict.CRASH, f"the job answered nonsense: {error!r}")
        return self._ended

    def _end(self, ended: dict[str, Any]) -> Ended:
        verdict = Verdict(ended["verdict"])
        outcome = failure = None
        if verdict is Verdict.OK:
            outcome = SandboxOutcome.model_validate(ended["outcome"])
            self._refuse_foreign_files(outcome)
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

    def _refuse_foreign_files(self, outcome: SandboxOutcome) -> None:
        """The job is dead by now, so what it names cannot change any more; a link may lead out of its directory."""
        for output in outcome.outputs:
            path = self._directory / output.file
            inside = path.resolve() == path and path.is_relative_to(self._directory / "work")
            if not inside or not path.is_file():
                raise ValueError(f"the output {output.file!r} is no file of the work directory")

    def _lost(self, verdict: Verdict, cause: str) -> Ended:
        return Ended(verdict, None, failure_of(verdict, self._limits), cause)
