"""The job table against a plain Python model: whatever is done in whatever order, both tell the same."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from job_fixtures import PDF, RecordingDispatcher, example_operation
from pdfmill.config.pepper import Pepper
from pdfmill.config.settings import QueueSettings, QuotaSettings, load_settings
from pdfmill.core.errors import (
    DamagedInput,
    InvalidTransition,
    JobNotFinished,
    SandboxCrashed,
    StorageFull,
    StorageUnavailable,
    UnknownJob,
)
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import Signal, claim_next
from pdfmill.jobs.database import Database
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.policy import JobPolicy, Retention
from pdfmill.jobs.recovery import LeaseWatch, reap
from pdfmill.jobs.retention import purge_expired
from pdfmill.jobs.schema import upgrade
from pdfmill.jobs.sealing import Sealer
from pdfmill.jobs.service import JobService
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import LocalStorage
from pdfmill.jobs.submission import Submitter, Upload

#: A file system in memory, where many small commits take no time.
MEMORY = Path("/dev/shm")

ENDED = {"COMPLETED", "FAILED", "CANCELLED"}


@dataclass
class Model:
    """What a job should be."""

    number: int
    client: str
    urgency: int
    turn: int
    status: str = "PENDING"
    attempt: int = 0
    crashes: int = 0
    lost: int = 0
    retries: int = 0
    cancel: bool = False
    stale: set = field(default_factory=set)

    def end(self, status):
        self.status = status

    def put_back(self, **counts):
        self.status = "CANCELLED" if self.cancel else "PENDING"
        for name, more in counts.items():
            setattr(self, name, getattr(self, name) + (0 if self.cancel else more))

    def count(self, name, most):
        """Put it back with one more of these, or end it when that is one too many."""
        if getattr(self, name) + 1 < most:
            self.put_back(**{name: 1})
        else:
            setattr(self, name, most)
            self.end("FAILED")


class Jobs(RuleBasedStateMachine):
    """Every move there is, in any order, by holders of old attempts as well."""

    jobs = Bundle("jobs")
    attempts = Bundle("attempts")

    @initialize()
    def start(self):
        self.folder = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        path = Path(self.folder.name)
        upgrade(f"sqlite:///{path}/jobs.db")
        self.database = Database(f"sqlite:///{path}/jobs.db")
        self.storage = LocalStorage(path / "files", min_free_bytes=0)
        now = timedelta(0)
        times = {"retry_delay": now, "crash_delay": now, "retention": Retention.alike(now)}
        self.policy = replace(JobPolicy.of(load_settings()), **times, max_retries=2, max_lost=3)
        self.policy = NoDelay(**vars(self.policy))
        self.service = JobService(
            self.database,
            self.storage,
            RecordingDispatcher(),
            retention=Retention.alike(now),
            queue=QueueSettings(),
            sealer=Sealer(Pepper(b"p" * 32)),
            quota=QuotaSettings(),
        )
        self.operation = example_operation()
        self.models = {}

    def teardown(self):
        self.database.close()
        self.folder.cleanup()

    @rule(target=jobs, client=st.sampled_from("AB"), urgency=st.integers(2, 4))
    def submit(self, client, urgency):
        file = self.storage.incoming(max_bytes=100)
        file.write(PDF)
        job, is_new = self.service.submit(
            self.operation, {}, [Upload(file, "a.pdf")], submitter=Submitter(client, urgency)
        )
        assert is_new
        pending = [model for model in self.models.values() if model.status == "PENDING"]
        own = [model.turn for model in pending if model.client == client]
        turn = max(own) + 1 if own else min((model.turn for model in pending), default=0)
        self.models[job.id] = Model(len(self.models), client, urgency, turn)
        return job.id

    @rule(target=attempts)
    def claim(self):
        attempt = claim_next(self.database, self.policy, "compression", this_owner())
        pending = [(id_, model) for id_, model in self.models.items() if model.status == "PENDING"]
        if not pending:
            assert attempt is None
            return None
        job_id, model = min(pending, key=lambda each: (each[1].urgency, each[1].turn, each[1].number))
        assert attempt.job.id == job_id
        model.status, model.attempt = "PROCESSING", model.attempt + 1
        assert attempt.number == model.attempt
        return attempt

    def _mine(self, attempt):
        """The model of the attempt's job, if the attempt still owns it."""
        model = self.models.get(attempt.job.id)
        owned = model is not None and model.status == "PROCESSING" and model.attempt == attempt.number
        return model if owned else None

    @rule(attempt=attempts)
    def beat(self, attempt):
        if attempt is None:
            return
        model = self._mine(attempt)
        wanted = Signal.FENCED if model is None else Signal.CANCEL if model.cancel else Signal.GO_ON
        assert attempt.beat() is wanted
        assert attempt.look() is wanted

    @rule(attempt=attempts)
    def complete(self, attempt):
        if attempt is None:
            return
        model = self._mine(attempt)
        wins = model is not None and not model.cancel
        assert attempt.complete({"by": attempt.number}, [], []) is wins
        if wins:
            model.end("COMPLETED")

    @rule(attempt=attempts)
    def fail_for_good(self, attempt):
        self._settle(attempt, lambda: attempt.fail(Failure.of(DamagedInput("x"))), lambda model: model.end("FAILED"))

    @rule(attempt=attempts)
    def fail_in_passing(self, attempt):
        def move(model):
            if model.retries < self.policy.max_retries:
                model.put_back(retries=1)
            else:
                model.end("FAILED")

        self._settle(attempt, lambda: attempt.fail(Failure.of(StorageUnavailable("x"))), move)

    @rule(attempt=attempts)
    def meet_a_full_disk(self, attempt):
        self._settle(attempt, lambda: attempt.fail(Failure.of(StorageFull("x"))), lambda model: model.put_back())

    @rule(attempt=attempts)
    def crash(self, attempt):
        def move(model):
            model.count("crashes", self.policy.max_crashes)

        self._settle(attempt, lambda: attempt.crash(Failure.of(SandboxCrashed("x"))), move)

    @rule(attempt=attempts)
    def lose_the_surroundings(self, attempt):
        self._settle(attempt, attempt and attempt.lost, self._lose)

    @rule(attempt=attempts)
    def hand_back(self, attempt):
        self._settle(attempt, attempt and attempt.hand_back, lambda model: model.put_back())

    @rule(attempt=attempts)
    def tell_of_the_cancelled_sandbox(self, attempt):
        if attempt is not None and (model := self._mine(attempt)) is not None and model.cancel:
            self._settle(attempt, attempt.cancelled, lambda model: model.end("CANCELLED"))

    def _settle(self, attempt, act, move):
        if attempt is None:
            return
        model = self._mine(attempt)
        assert act() is (model is not None)
        if model is not None:
            move(model)

    def _lose(self, model):
        model.count("lost", self.policy.max_lost)

    @rule()
    def reap_the_silent(self):
        """All workers fell silent at once."""
        clock = [0.0]
        watch = LeaseWatch(self.policy.lease, lambda: clock[0])
        assert reap(self.database, self.policy, watch) == []
        clock[0] = self.policy.lease.total_seconds()
        running = {id_ for id_, model in self.models.items() if model.status == "PROCESSING"}
        assert set(reap(self.database, self.policy, watch)) == running
        for job_id in running:
            self._lose(self.models[job_id])

    @rule(job_id=jobs)
    def cancel(self, job_id):
        model = self.models.get(job_id)
        if model is None:
            with pytest.raises(UnknownJob):
                self.service.cancel(job_id)
        elif model.status in ("COMPLETED", "FAILED", "EXPIRED"):
            with pytest.raises(InvalidTransition) as caught:
                self.service.cancel(job_id)
            assert caught.value.extras["job_status"] == model.status
        else:
            self.service.cancel(job_id)
            if model.status == "PENDING":
                model.end("CANCELLED")
            elif model.status == "PROCESSING":
                model.cancel = True

    @rule(job_id=jobs)
    def ask_for_another_try(self, job_id):
        model = self.models.get(job_id)
        if model is not None and model.status == "FAILED":
            self.service.retry(job_id)
            model.crashes = model.lost = model.retries = 0
            model.cancel = False
            model.put_back()
        else:
            with pytest.raises((InvalidTransition, UnknownJob)):
                self.service.retry(job_id)

    @rule(job_id=consumes(jobs))
    def delete(self, job_id):
        model = self.models.get(job_id)
        if model is not None and model.status in ("PENDING", "PROCESSING"):
            with pytest.raises(JobNotFinished):
                self.service.delete(job_id)
        elif model is not None:
            self.service.delete(job_id)
            del self.models[job_id]

    @rule()
    def purge(self):
        ended = [model for model in self.models.values() if model.status in ENDED]
        assert purge_expired(self.database, self.storage).jobs == len(ended)
        for model in ended:
            model.end("EXPIRED")

    @invariant()
    def both_tell_the_same(self):
        if not hasattr(self, "models"):
            return
        rows = {job.id: job for job in self.service.list_jobs(limit=200).jobs}
        assert set(rows) == set(self.models)
        for job_id, model in self.models.items():
            job = rows[job_id]
            shown = (job.status, job.attempt, job.crashes, job.lost, job.retries, job.cancel_requested_at is not None)
            assert shown == (
                JobStatus(model.status),
                model.attempt,
                model.crashes,
                model.lost,
                model.retries,
                model.cancel,
            )
            assert (job.lease_owner is not None) is (model.status == "PROCESSING")
            assert bool(job.files) is (model.status != "EXPIRED")
            if model.status == "COMPLETED":
                assert job.result == {"by": model.attempt}


class NoDelay(JobPolicy):
    """What is put back is due at once, after a full disk as well: a model has no time to wait."""

    def delay_when_disk_is_full(self, attempt):
        return timedelta(0)


TestJobs = pytest.mark.timeout(900)(Jobs.TestCase)
TestJobs.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
