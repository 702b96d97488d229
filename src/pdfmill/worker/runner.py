"""Runs attempts: claims a job, has a sandbox do the work, publishes what came out.

The process that does this only supervises. It never opens a document: whatever the document does, it does to the
sandbox.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from pdfmill.config.logging import get_logger
from pdfmill.config.tracing import annotate, span
from pdfmill.core.crash_points import crash_point
from pdfmill.core.errors import DatabaseUnavailable, EngineFailed, PdfMillError, StorageFull, StorageUnavailable
from pdfmill.core.failure import Failure
from pdfmill.core.limits import MIB
from pdfmill.core.operation import Registry
from pdfmill.jobs.attempts import Attempt, Usage, claim_next
from pdfmill.jobs.base import new_job_id
from pdfmill.jobs.database import Database
from pdfmill.jobs.dispatch import Dispatcher
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.queue import next_job
from pdfmill.jobs.recovery import reap_if_dead
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import Storage, translated_errors
from pdfmill.providers.service import NO_PROVIDERS, Providers
from pdfmill.worker.gate import Gate, Place
from pdfmill.worker.preparation import Preparer
from pdfmill.worker.publication import Publisher
from pdfmill.worker.sandbox import Ended, Sandbox, SandboxOutcome, SandboxRequest, Verdict
from pdfmill.worker.spool import GATE, Spool
from pdfmill.worker.stopping import Phase, StopNotice, WorkerStops
from pdfmill.worker.supervision import ProgressListener, Supervisor

log = get_logger(__name__)

#: Hints are taken slowly then: as long as some wait, the reconciler sends no more.
_REST_WHEN_DISK_IS_FULL_S = 2.0


class AttemptRunner:
    """Runs one attempt after another in the sandbox of this process.

    Args:
        preparer: Tells the sandbox what to do.
        spool: Folder of the attempts' work directories, see `Sandbox.start`.
        start_sandbox: Starts the sandbox over the spool.
        providers: Whom jobs may ask.
    """

    def __init__(  # noqa: PLR0913 - what the composition root has
        self,
        *,
        database: Database,
        storage: Storage,
        dispatcher: Dispatcher,
        policy: JobPolicy,
        registry: Registry,
        preparer: Preparer,
        spool: Spool,
        start_sandbox: Callable[[Path], Sandbox] = Sandbox.start,
        providers: Providers = NO_PROVIDERS,
    ) -> None:
        self.stop_notice = StopNotice()
        self._database = database
        self._storage = storage
        self._dispatcher = dispatcher
        self._policy = policy
        self._registry = registry
        self._preparer = preparer
        self._spool = spool
        self._start_sandbox = start_sandbox
        self._providers = providers
        self._sandbox: Sandbox | None = None
        self._gate = Gate(spool.folder / GATE)
        self._publisher = Publisher(storage)
        self._supervisor = Supervisor(policy, self.stop_notice)

    def prepare(self) -> None:
        """Start the sandbox, so that the first job need not wait for it. Call it from the main thread."""
        if self._sandbox is None:
            self._spool.make()
            self._spool.sweep(self._database)
            self._sandbox = self._start_sandbox(self._spool.folder)

    def close(self) -> None:
        """End the sandbox and whatever runs in it."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def run(self, job_id: str, queue: str, on_progress: ProgressListener) -> bool:
        """Follow a hint: make one attempt at the job whose turn it is; False if there is none, which is harmless.

        Whatever happens, the job's row tells of it: completed, failed, cancelled, or pending again.

        Args:
            job_id: The job that the hint names. It need not be the one that is worked on: the table has the order.
            queue: The queue that the hint came from.
        """
        crash_point("hinted")
        try:
            with translated_errors():
                reap_if_dead(self._database, self._policy, job_id)
                worked = self._can_work() and (
                    self._run_beside_others(queue, on_progress) or self._run_alone(queue, on_progress)
                )
                if worked and queue in self._policy.max_running:
                    self._hint_at_next(queue)
        except (DatabaseUnavailable, StorageFull, StorageUnavailable) as error:
            log.warning("hint dropped", job_id=job_id, code=error.code, cause=repr(error.__cause__))
            return False
        return worked

    def _can_work(self) -> bool:
        """Not while the worker stops, nor while the disk is full: then the queue stands still, and no job suffers."""
        if self.stop_notice.phase is not Phase.WORKING:
            return False
        try:
            self._spool.make()
            self._spool.require_space()
            self._storage.require_space(0)
        except (StorageFull, StorageUnavailable) as error:
            log.warning("no job is begun: the disk is full or fails", code=error.code, cause=repr(error.__cause__))
            time.sleep(_REST_WHEN_DISK_IS_FULL_S)
            return False
        return True

    def _run_beside_others(self, queue: str, on_progress: ProgressListener) -> bool:
        with self._gate.beside_others() as place:
            attempt = self._claim(queue, suspects=False)
            if attempt is not None:
                self._run_attempt(attempt, place, on_progress)
            return attempt is not None

    def _run_alone(self, queue: str, on_progress: ProgressListener) -> bool:
        with self._gate.alone() as place:
            attempt = self._claim(queue, suspects=True) if place else None
            if place is not None and attempt is not None:
                self._run_attempt(attempt, place, on_progress)
            return attempt is not None

    def _claim(self, queue: str, *, suspects: bool) -> Attempt | None:
        most = self._policy.max_running.get(queue)
        return claim_next(self._database, self._policy, queue, this_owner(), suspects=suspects, max_running=most)

    def _hint_at_next(self, queue: str) -> None:
        """A hint that came while the queue was at its limit was dropped; now there is room again."""
        with self._database.read() as session:
            job = next_job(session, queue)
        if job is not None:
            self._dispatcher.dispatch(job.id, job.operation)

    def _hint_at_batch_of(self, item: Job) -> None:
        """The last item of a batch wakes the batch; its worker knows first."""
        if item.parent_id is None:
            return
        with self._database.read() as session:
            batch = session.get(Job, item.parent_id)
        if batch is not None and batch.status is JobStatus.PENDING:
            self._dispatcher.dispatch(batch.id, batch.operation)

    def _run_attempt(self, attempt: Attempt, place: Place, on_progress: ProgressListener) -> None:
        with _bound_to(attempt), span(f"attempt {attempt.job.operation}", parent=attempt.job.trace_parent):
            log.debug("attempt started", operation=attempt.job.operation)
            try:
                self._work_and_tell(attempt, place, on_progress)
            except DatabaseUnavailable as error:
                # No row can be written now; the lease runs out, and the job is taken up again by somebody who can.
                log.warning("attempt left to its lease: the database is away", cause=repr(error.__cause__))
            self._hint_at_batch_of(attempt.job)
            if self._sandbox is not None:
                self._sandbox.probe_if_due()

    def _work_and_tell(self, attempt: Attempt, place: Place, on_progress: ProgressListener) -> None:
        try:
            self._work(attempt, place, on_progress)
        except DatabaseUnavailable:
            raise
        except EngineFailed as error:
            # The sandbox could not be started, which is not the job's fault; an operation's own failure is a verdict.
            log.warning("attempt lost: there is no sandbox", cause=str(error))
            attempt.lost()
        except PdfMillError as error:
            log.warning("attempt failed", code=error.code, cause=repr(error.__cause__))
            attempt.fail(Failure.of(error))
        except WorkerStops:
            log.info("attempt handed back: the worker stops")
            attempt.hand_back()
        except Exception as error:
            trace_id = new_job_id()
            log.exception("attempt failed by a defect", trace_id=trace_id)
            attempt.fail(Failure.of(error, trace_id))
        except BaseException:
            attempt.hand_back()  # this process is told to end
            raise

    def _work(self, attempt: Attempt, place: Place, on_progress: ProgressListener) -> None:
        crash_point("claimed")
        with translated_errors(), self._directory(attempt) as directory:
            with self._supervisor.keeping_the_lease(attempt):
                request = self._preparer.prepare(attempt, directory)
            self.prepare()
            assert self._sandbox is not None
            attempt.sandbox = str(self._sandbox.tier)
            with span("sandbox"), self._sandbox.launch(directory, request, self._providers.desk()) as process:
                crash_point("launched")
                ended = self._supervisor.watch(attempt, process, place, on_progress)
            if ended is None:
                log.warning("attempt fenced: another one has the job")
            else:
                self._settle(attempt, request, ended, directory)

    @contextmanager
    def _directory(self, attempt: Attempt) -> Iterator[Path]:
        """Private to the attempt, so that a job that is delivered twice never shares one."""
        directory = self._spool.begin(attempt.job.id, attempt.number)
        try:
            yield directory
        finally:
            self._spool.end(directory)

    def _settle(self, attempt: Attempt, request: SandboxRequest, ended: Ended, directory: Path) -> None:
        tier = self._sandbox.tier.name if self._sandbox else ""
        # These stand in every line from here on, the one that tells the job's whole life among them.
        structlog.contextvars.bind_contextvars(
            cpu_s=ended.cpu_s, peak_memory_mib=ended.peak_memory_bytes // MIB, sandbox_s=ended.wall_s, tier=tier
        )
        annotate(verdict=ended.verdict.value, cpu_s=ended.cpu_s, peak_memory_bytes=ended.peak_memory_bytes, tier=tier)
        report = log.debug if ended.verdict is Verdict.OK else log.info
        report(
            "sandbox ended",
            verdict=ended.verdict.value,
            code=ended.failure and ended.failure.code,
            cause=ended.cause or None,
            providers=[use.model_dump() for use in ended.provider_uses] or None,
        )
        attempt.usage = Usage(tier, ended.cpu_s, ended.peak_memory_bytes)
        if ended.verdict is Verdict.CANCELLED:
            attempt.cancelled()
        elif ended.outcome is not None:
            with span("publish"), self._supervisor.keeping_the_lease(attempt):
                self._publish(attempt, request, ended, ended.outcome, directory)
        elif ended.verdict is Verdict.LOST:
            attempt.lost()
        else:
            assert ended.failure is not None
            (attempt.crash if ended.verdict is Verdict.CRASH else attempt.fail)(ended.failure)

    def _publish(
        self, attempt: Attempt, request: SandboxRequest, ended: Ended, outcome: SandboxOutcome, directory: Path
    ) -> None:
        operation = self._registry.get(request.operation)
        batch = operation.batch
        if batch is None or request.items is not None:
            self._publisher.publish(attempt, ended, directory, operation)
            return
        for item in self._publisher.split(attempt, outcome, directory, self._registry.get(batch.operation)):
            self._dispatcher.dispatch(item.id, item.operation)


@contextmanager
def _bound_to(attempt: Attempt) -> Iterator[None]:
    """Have every line of log name the attempt, and whatever else is bound while it is made, and forget it after it."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(job_id=attempt.job.id, attempt=attempt.number)
    try:
        yield
    finally:
        structlog.contextvars.clear_contextvars()
