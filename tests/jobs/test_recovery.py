"""The reconciler's rounds."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from pdfmill.core.errors import SandboxCrashed
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim
from pdfmill.jobs.models import Job, utc_now
from pdfmill.jobs.owner import is_known_dead, this_owner
from pdfmill.jobs.recovery import due_for_hint, note_hint, reap
from pdfmill.jobs.status import JobStatus


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
    attempt = claim(database, policy, submit().id, dead_owner)
    assert reap(database, policy) == [attempt.job.id]
    job = jobs.get(attempt.job.id)
    assert (job.status, job.lost) == (JobStatus.PENDING, 1)


def test_a_job_with_a_living_owner_and_lease_stays(submit, database, policy):
    claim(database, policy, submit().id, this_owner())
    assert reap(database, policy) == []


def test_a_job_whose_lease_ran_out_returns(jobs, submit, database, policy):
    over = replace(policy, lease=timedelta(seconds=-1))
    attempt = claim(database, over, submit().id, this_owner())
    assert reap(database, policy) == [attempt.job.id]
    assert not attempt.complete({}, [], [])


def test_a_worker_lost_too_often_ends_in_quarantine(jobs, submit, database, policy, dead_owner):
    job = submit()
    for _ in range(policy.max_lost):
        assert claim(database, policy, job.id, dead_owner)
        reap(database, policy)
    job = jobs.get(job.id)
    assert (job.status, job.failure.code, job.lost) == (JobStatus.FAILED, "quarantined", policy.max_lost)


def test_a_cancelled_job_of_a_dead_worker_is_cancelled(jobs, submit, database, policy, dead_owner):
    job = submit()
    claim(database, policy, job.id, dead_owner)
    jobs.cancel(job.id)
    reap(database, policy)
    assert jobs.get(job.id).status is JobStatus.CANCELLED


def test_a_hint_is_repeated_with_growing_gaps(submit, database):
    job = submit()
    assert due_for_hint(database) == []  # the first one has just gone out
    _make_due(database, job.id)
    assert due_for_hint(database) == [(job.id, "example")]
    gaps = []
    for _ in range(7):
        note_hint(database, job.id)
        with database.read() as session:
            gaps.append(round((session.get(Job, job.id).next_hint_at - utc_now()).total_seconds()))
    assert gaps == [4, 8, 16, 32, 60, 60, 60]
    assert due_for_hint(database) == []


def test_a_job_that_waits_for_its_retry_is_not_hinted_at(submit, database, policy):
    slow = replace(policy, crash_delay=timedelta(minutes=1))
    attempt = claim(database, slow, submit().id, this_owner())
    attempt.crash(Failure.of(SandboxCrashed("x")))
    assert due_for_hint(database) == []


def _make_due(database, job_id):
    with database.write() as session:
        session.get(Job, job_id).next_hint_at = utc_now()
