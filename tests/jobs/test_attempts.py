"""Claims, fencing, retries: each arrow is one conditional UPDATE."""

import threading

import pytest

from pdfmill.core.errors import DamagedInput, SandboxCrashed, StorageUnavailable
from pdfmill.core.failure import Failure
from pdfmill.core.progress import Progress
from pdfmill.jobs.attempts import Signal, claim_next
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.status import JobStatus


@pytest.fixture
def take(database, policy):
    """Claims a job for this process."""
    return lambda job: claim_next(database, policy, "compression", this_owner())


def test_only_one_of_many_claims_succeeds(submit, take):
    job = submit()
    won = []
    threads = [threading.Thread(target=lambda: won.append(take(job))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([attempt for attempt in won if attempt]) == 1


def test_a_claim_of_a_deleted_job_is_nothing(jobs, submit, take):
    job = submit()
    jobs.cancel(job.id)
    jobs.delete(job.id)
    assert take(job) is None


def test_progress_reaches_the_row(jobs, submit, take):
    attempt = take(submit())
    assert attempt.report(Progress(percent=40, stage="images")) is Signal.GO_ON
    assert jobs.get(attempt.job.id).progress["percent"] == 40


def test_a_completed_job_has_its_result(jobs, submit, take):
    attempt = take(submit())
    assert attempt.complete({"pages": 3}, ["note"], [])
    job = jobs.get(attempt.job.id)
    assert (job.status, job.result, job.warnings, job.progress["percent"]) == (
        JobStatus.COMPLETED,
        {"pages": 3},
        ["note"],
        100,
    )
    assert job.lease_owner is None
    assert job.expires_at > job.finished_at


def test_an_attempt_that_lost_its_job_writes_nothing(jobs, submit, take):
    old = take(submit())
    old.hand_back()
    new = take(old.job)
    assert new.number == 2
    assert old.beat() is Signal.FENCED
    assert old.report(Progress(percent=99)) is Signal.FENCED
    assert not old.complete({"from": "old"}, [], [])
    assert not old.fail(Failure.of(DamagedInput("x")))
    assert new.complete({"from": "new"}, [], [])
    assert jobs.get(new.job.id).result == {"from": "new"}


def test_a_cancelled_attempt_cannot_complete(jobs, submit, take):
    attempt = take(submit())
    jobs.cancel(attempt.job.id)
    assert attempt.look() is Signal.CANCEL
    assert not attempt.complete({}, [], [])
    assert attempt.cancelled()
    assert jobs.get(attempt.job.id).status is JobStatus.CANCELLED


def test_a_permanent_error_fails_at_once(jobs, submit, take):
    attempt = take(submit())
    attempt.fail(Failure.of(DamagedInput("Send another.")))
    job = jobs.get(attempt.job.id)
    assert (job.status, job.failure.code) == (JobStatus.FAILED, "damaged_input")


def test_a_passing_error_is_tried_again_three_times(jobs, submit, take, policy):
    job = submit()
    for attempt_number in range(1, policy.max_retries + 2):
        attempt = take(job)
        assert attempt.number == attempt_number
        attempt.fail(Failure.of(StorageUnavailable("Try again.")))
    job = jobs.get(job.id)
    assert (job.status, job.retries, job.failure.code) == (JobStatus.FAILED, 3, "storage_unavailable")


def test_a_job_that_kills_its_sandbox_is_quarantined(jobs, submit, take, policy):
    job = submit()
    for _ in range(policy.max_crashes):
        take(job).crash(Failure.of(SandboxCrashed("It died.")))
    job = jobs.get(job.id)
    assert (job.status, job.crashes, job.failure.code) == (JobStatus.FAILED, 3, "quarantined")


def test_every_move_is_an_event(database, submit, take):
    attempt = take(submit())
    attempt.complete({}, [], [])
    with database.read() as session:
        kinds = [event.kind for event in session.get(Job, attempt.job.id).events]
    assert kinds == ["PENDING", "PROCESSING", "COMPLETED"]
