"""The reconciler's rounds."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from pdfmill.core.errors import SandboxCrashed
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import is_known_dead, this_owner
from pdfmill.jobs.recovery import (
    DueJob,
    LeaseWatch,
    count_due,
    due_for_hint,
    fail_overdue,
    mend_times,
    note_hints,
    reap,
)
from pdfmill.jobs.status import JobStatus


class SteadyClock:
    """A clock that a test winds on."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def dead_owner():
    """The owner name of a process that has ended."""
    code = "from pdfmill.jobs.owner import this_owner; print(this_owner())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_a_living_process_is_not_dead_and_an_ended_one_is(dead_owner):
    assert not is_known_dead(this_owner())
    assert is_known_dead(dead_owner)
    assert not is_known_dead(dead_owner.replace(dead_owner.split("/")[0], "another-host", 1))


def test_a_job_of_a_dead_process_returns_before_its_lease_ends(jobs, submit, database, policy, dead_owner):
    submit()
    attempt = claim_next(database, policy, "compression", dead_owner)
    assert reap(database, policy, LeaseWatch(policy.lease)) == [attempt.job.id]
    job = jobs.get(attempt.job.id)
    assert (job.status, job.lost) == (JobStatus.PENDING, 1)


def test_a_job_with_a_living_owner_and_lease_stays(submit, database, policy):
    submit()
    assert claim_next(database, policy, "compression", this_owner())
    assert reap(database, policy, LeaseWatch(policy.lease)) == []


def test_a_job_whose_worker_fell_silent_returns(jobs, submit, database, policy):
    clock = SteadyClock()
    watch = LeaseWatch(policy.lease, clock)
    submit()
    attempt = claim_next(database, policy, "compression", this_owner())
    assert reap(database, policy, watch) == []
    clock.now += policy.lease.total_seconds() - 1
    assert reap(database, policy, watch) == []
    clock.now += 1
    assert reap(database, policy, watch) == [attempt.job.id]
    assert not attempt.complete({}, [], [])


def test_a_worker_that_beats_keeps_its_job(submit, database, policy):
    clock = SteadyClock()
    watch = LeaseWatch(policy.lease, clock)
    submit()
    attempt = claim_next(database, policy, "compression", this_owner())
    for _ in range(5):
        reap(database, policy, watch)
        clock.now += policy.lease.total_seconds() * 0.7
        attempt.beat()
    assert reap(database, policy, watch) == []


def test_leases_do_not_end_because_a_clock_was_set(submit, database, policy):
    """On the wall clock, a lease of minus one hour is long over."""
    submit()
    attempt = claim_next(database, replace(policy, lease=timedelta(hours=-1)), "compression", this_owner())
    assert reap(database, policy, LeaseWatch(policy.lease)) == []
    assert attempt.complete({}, [], [])


def test_jobs_are_due_again_after_the_clock_was_set_back(submit, database, policy):
    job = submit()
    with database.write() as session:
        session.get(Job, job.id).not_before = utc_now() + timedelta(hours=1)
    assert mend_times(database, policy.longest_delay) == 1
    assert mend_times(database, policy.longest_delay) == 0
    assert claim_next(database, policy, "compression", this_owner())


def test_an_honest_delay_is_not_cut_short(submit, database, policy):
    slow = replace(policy, crash_delay=timedelta(seconds=200))
    submit()
    claim_next(database, slow, "compression", this_owner()).crash(Failure.of(SandboxCrashed("x")))
    assert mend_times(database, slow.longest_delay) == 0


def test_a_job_that_no_worker_wants_fails_in_the_end(jobs, submit, database, policy):
    job = submit()
    assert fail_overdue(database, policy) == []
    assert fail_overdue(database, replace(policy, max_wait=timedelta(seconds=-1))) == [job.id]
    shown = jobs.get(job.id)
    assert (shown.status, shown.failure.code) == (JobStatus.FAILED, "waited_too_long")


def test_a_worker_lost_too_often_ends_in_quarantine(jobs, submit, database, policy, dead_owner):
    job = submit()
    for _ in range(policy.max_lost):
        assert claim_next(database, policy, "compression", dead_owner)
        reap(database, policy, LeaseWatch(policy.lease))
    job = jobs.get(job.id)
    assert (job.status, job.failure.code, job.lost) == (JobStatus.FAILED, "quarantined", policy.max_lost)


def test_a_cancelled_job_of_a_dead_worker_is_cancelled(jobs, submit, database, policy, dead_owner):
    job = submit()
    assert claim_next(database, policy, "compression", dead_owner)
    jobs.cancel(job.id)
    reap(database, policy, LeaseWatch(policy.lease))
    assert jobs.get(job.id).status is JobStatus.CANCELLED


def test_a_hint_is_repeated_with_growing_gaps(submit, database):
    job = submit()
    assert due_for_hint(database) == []  # the first one has just gone out
    _make_due(database, job.id)
    assert due_for_hint(database) == [DueJob(job.id, "example", 1)]
    gaps = []
    for _ in range(7):
        with database.read() as session:
            note_hints(database, [DueJob(job.id, "example", session.get(Job, job.id).hints)])
        with database.read() as session:
            gaps.append(round((session.get(Job, job.id).next_hint_at - utc_now()).total_seconds()))
    assert gaps == [4, 8, 16, 32, 60, 60, 60]
    assert due_for_hint(database) == []


def test_a_job_that_waits_for_its_retry_is_not_hinted_at(submit, database, policy):
    slow = replace(policy, crash_delay=timedelta(minutes=1))
    submit()
    attempt = claim_next(database, slow, "compression", this_owner())
    attempt.crash(Failure.of(SandboxCrashed("x")))
    assert due_for_hint(database) == []


def _make_due(database, job_id):
    with database.write() as session:
        session.get(Job, job_id).next_hint_at = utc_now()


def test_all_hints_of_an_empty_queue_are_lost_for_certain(submit, database):
    jobs = [submit() for _ in range(3)]
    for job in jobs:
        _make_wait(database, job.id)
    assert due_for_hint(database) == []
    lost = due_for_hint(database, empty_queues=["compression"])
    assert {job.job_id for job in lost} == {job.id for job in jobs}
    assert due_for_hint(database, empty_queues=["ocr"]) == []


def test_a_queue_that_is_full_of_messages_gets_no_more(submit, database):
    _make_due(database, submit().id)
    assert due_for_hint(database, full_queues=["compression"]) == []
    assert len(due_for_hint(database, full_queues=["ocr"])) == 1


def test_only_jobs_that_wait_for_a_while_count_as_due(submit, database):
    _make_wait(database, submit().id, seconds=0)
    assert count_due(database) == {}
    _make_wait(database, submit().id)
    assert count_due(database) == {"compression": 1}


def _make_wait(database, job_id, seconds=3600):
    """As if it had been due for so long, and its last hint just sent."""
    with database.write() as session:
        job = session.get(Job, job_id)
        job.not_before = utc_now() - timedelta(seconds=seconds)
        job.next_hint_at = utc_now() + timedelta(hours=1)
