"""Runs attempts: claims a job, has a sandbox do the work, publishes what came out.

The process that does this only supervises. It never opens a document: whatever the document does, it does to the
sandbox.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from pdfmill.config.logging import get_logger
from pdfmill.core.errors import DatabaseUnavailable, PdfMillError
from pdfmill.core.failure import Failure
from pdfmill.core.limits import Limits
from pdfmill.core.progress import Progress
from pdfmill.jobs.attempts import Attempt, Signal, claim
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import FileRole, JobFile, new_job_id
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.policy import RetryPolicy
from pdfmill.jobs.storage import LocalStorage
from pdfmill.worker.sandbox import (
    Ended,
    Sandbox,
    SandboxInput,
    SandboxOutcome,
    SandboxProcess,
    SandboxRequest,
    Verdict,
)

log = get_logger(__name__)

#: How often a running job's row is asked for a cancellation; a cancel must take effect within two seconds.
LOOK_EVERY_S = 0.5

#: Least time between two progress lines in the job's row.
REPORT_EVERY_S = 0.25

ProgressListener = Callable[[Progress], None]


class AttemptRunner:
    """Runs one attempt after another in the sandbox of this process.

    Args:
        limits_of: The limits of an operation, by its name.
        spool: Folder of the attempts' work directories, see `Sandbox.start`.
        heartbeat_s: Seconds between two extensions of a running job's lease.
        start_sandbox: Starts the sandbox over the spool.
    """

    def __init__(
        self,
        *,
        database: Database,
        storage: LocalStorage,
        policy: RetryPolicy,
        limits_of: Callable[[str], Limits],
        spool: Path,
        heartbeat_s: float,
        start_sandbox: Callable[[Path], Sandbox] = Sandbox.start,
    ) -> None:
        self._database = database
        self._storage = storage
        self._policy = policy
        self._limits_of = limits_of
        self._spool = spool
        self._heartbeat_s = heartbeat_s
        self._start_sandbox = start_sandbox
        self._sandbox: Sandbox | None = None

    def prepare(self) -> None:
        """Start the sandbox, so that the first job need not wait for it. Call it from the main thread."""
        if self._sandbox is None:
            self._spool.mkdir(mode=0o711, parents=True, exist_ok=True)
            self._sandbox = self._start_sandbox(self._spool)

    def close(self) -> None:
        """End the sandbox and whatever runs in it."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def run(self, job_id: str, on_progress: ProgressListener) -> bool:
        """Make one attempt at a job; False if the job was not to be had, which is harmless.

        Whatever happens, the job's row tells of it: completed, failed, cancelled, or pending again.
        """
        attempt = claim(self._database, self._policy, job_id, this_owner())
        if attempt is None:
            return False
        with structlog.contextvars.bound_contextvars(job_id=job_id, attempt=attempt.number):
            started = time.monotonic()
            log.info("attempt started", operation=attempt.job.operation)
            try:
                self._attempt(attempt, on_progress)
            except DatabaseUnavailable as error:
                # No row can be written now; the lease runs out, and the job is taken up again by somebody who can.
                log.warning("attempt left to its lease: the database is away", error=repr(error.__cause__))
            except PdfMillError as error:
                log.warning("attempt failed", code=error.code, cause=repr(error.__cause__))
                attempt.fail(Failure.of(error))
            except Exception as error:
                trace_id = new_job_id()
                log.exception("attempt failed by a defect", trace_id=trace_id)
                attempt.fail(Failure.of(error, trace_id))
            except BaseException:
                attempt.hand_back()  # this worker is told to stop
                raise
            log.info("attempt ended", seconds=round(time.monotonic() - started, 3))
        if self._sandbox is not None:
            self._sandbox.probe_if_due()
        return True

    def _attempt(self, attempt: Attempt, on_progress: ProgressListener) -> None:
        with self._directory(attempt) as directory:
            request = self._request(attempt, directory)
            self.prepare()
            assert self._sandbox is not None
            with self._sandbox.launch(directory, request) as process:
                ended = self._supervise(attempt, process, on_progress)
            if ended is None:
                log.warning("attempt fenced: another one has the job")
            else:
                self._settle(attempt, ended, directory)

    @contextmanager
    def _directory(self, attempt: Attempt) -> Iterator[Path]:
        """Private to the attempt, so that a job that is delivered twice never shares one."""
        directory = self._spool / f"{attempt.job.id}-{attempt.number}"
        (directory / "input").mkdir(mode=0o755, parents=True)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)  # what stays is swept later, see `worker.spool`

    def _request(self, attempt: Attempt, directory: Path) -> SandboxRequest:
        inputs = []
        for file in attempt.job.inputs:
            relative = f"input/{file.position}"
            self._storage.fetch(file.storage_key, directory / relative)
            inputs.append(SandboxInput(file=relative, name=file.name, media_type=file.media_type))
        return SandboxRequest(
            operation=attempt.job.operation,
            options=attempt.job.options,
            inputs=tuple(inputs),
            limits=self._limits_of(attempt.job.operation),
        )

    def _supervise(self, attempt: Attempt, process: SandboxProcess, on_progress: ProgressListener) -> Ended | None:
        """Watch the sandbox, keep the lease and pass progress on; None if another attempt has taken the job."""
        now = time.monotonic()
        beaten = reported = now
        waiting: Progress | None = None
        while True:
            event = process.next_event(REPORT_EVERY_S if waiting else LOOK_EVERY_S)
            if isinstance(event, Ended):
                return event
            waiting = event or waiting
            now = time.monotonic()
            try:
                if now - beaten >= self._heartbeat_s:
                    signal = attempt.beat()
                    beaten = now
                elif waiting is not None and now - reported >= REPORT_EVERY_S:
                    signal = attempt.report(waiting)
                    on_progress(waiting)
                    waiting, reported = None, now
                else:
                    signal = attempt.look()
            except DatabaseUnavailable:
                # It may come back before the lease is over; after that somebody else may have the job.
                signal = Signal.GO_ON if now - beaten < self._policy.lease.total_seconds() else Signal.FENCED
            if signal is Signal.FENCED:
                return None
            if signal is Signal.CANCEL:
                process.cancel()

    def _settle(self, attempt: Attempt, ended: Ended, directory: Path) -> None:
        log.info(
            "sandbox ended",
            verdict=ended.verdict.value,
            code=ended.failure and ended.failure.code,
            cause=ended.cause or None,
            cpu_s=ended.cpu_s,
            peak_memory_mib=ended.peak_memory_bytes // 1024 // 1024,
            wall_s=ended.wall_s,
        )
        if ended.verdict is Verdict.CANCELLED:
            attempt.cancelled()
        elif ended.outcome is not None:
            self._publish(attempt, ended.outcome, directory)
        elif ended.verdict is Verdict.LOST:
            attempt.lost()
        else:
            assert ended.failure is not None
            (attempt.crash if ended.verdict is Verdict.CRASH else attempt.fail)(ended.failure)

    def _publish(self, attempt: Attempt, outcome: SandboxOutcome, directory: Path) -> None:
        """Store the outputs under keys that hold the attempt, then make them the job's in one transaction."""
        job, files = attempt.job, []
        completed = False
        try:
            for position, output in enumerate(outcome.outputs):
                key = f"outputs/{job.id[:2]}/{job.id}.{attempt.number}.{position}"
                stored = self._storage.publish_path(directory / output.file, key)
                files.append(
                    JobFile(
                        role=FileRole.OUTPUT,
                        position=position,
                        name=output.name,
                        media_type=output.media_type,
                        size_bytes=stored.size_bytes,
                        sha256=stored.sha256,
                        storage_key=key,
                    )
                )
            completed = attempt.complete(outcome.result, outcome.warnings, files)
        finally:
            if not completed:
                for file in files:
                    self._storage.delete(file.storage_key)
        if not completed and attempt.look() is Signal.CANCEL:
            attempt.cancelled()
