"""Counts: what was committed is counted, what was not is not, and two at once lose nothing."""

import threading

import pytest

from pdfmill.core.errors import DamagedInput, StorageUnavailable
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import Usage, claim_next
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.tally import (
    ATTEMPTS_FENCED,
    ATTEMPTS_PUT_BACK,
    ATTEMPTS_SANDBOXED,
    FILE_BYTES_REMOVED,
    FILE_BYTES_STORED,
    JOB_RUN,
    JOB_WAIT,
    JOBS_ENDED,
    JOBS_SUBMITTED,
    PEAK_MEMORY,
    Tally,
)


@pytest.fixture
def take(database, policy):
    return lambda: claim_next(database, policy, "compression", this_owner())


def numbers(database, distribution):
    """How many were counted, by label values."""
    return {values: classes[-1][1] for values, classes, _ in Tally(database).classes_of(distribution)}


def test_a_jobs_life_is_counted_once(database, submit, take):
    submit()
    attempt = take()
    attempt.usage = Usage("A", cpu_s=1.5, peak_memory_bytes=100 << 20)
    attempt.complete({}, [], [])
    tally = Tally(database)
    assert tally.of(JOBS_SUBMITTED) == {("example",): 1}
    assert tally.of(JOBS_ENDED) == {("example", "completed", ""): 1}
    assert tally.of(ATTEMPTS_SANDBOXED) == {("A",): 1}
    assert numbers(database, JOB_WAIT) == numbers(database, JOB_RUN) == {("example",): 1}
    ((_, classes, total),) = tally.classes_of(PEAK_MEMORY)
    assert (classes[0][1], classes[1][1], total) == (0, 1, 100 << 20)


def test_a_refused_submission_is_not_counted(database, jobs, operation, upload):
    with pytest.raises(Exception, match="no such option"):
        jobs.submit(operation, {"wrong": 1}, [upload()])
    assert Tally(database).of(JOBS_SUBMITTED) == {}


def test_what_was_rolled_back_was_never_counted(database):
    with database.write() as session:
        JOBS_SUBMITTED.add(session, "example")
        session.rollback()
    with database.write() as session:
        JOBS_SUBMITTED.add(session, "other")
    assert Tally(database).of(JOBS_SUBMITTED) == {("other",): 1}


def test_the_reason_of_another_attempt_is_told(database, submit, take):
    submit()
    take().fail(Failure.of(StorageUnavailable("away")))
    take().lost()
    take().hand_back()
    take().fail(Failure.of(DamagedInput("no")))
    tally = Tally(database)
    assert {reason for _, reason in tally.of(ATTEMPTS_PUT_BACK)} == {"retry", "lost", "handed_back"}
    assert tally.of(JOBS_ENDED) == {("example", "failed", "damaged_input"): 1}


def test_an_attempt_that_lost_its_job_is_counted_as_fenced(database, submit, take):
    submit()
    first = take()
    first.hand_back()
    take()
    assert first.complete({}, [], []) is False
    assert Tally(database).of(ATTEMPTS_FENCED) == {(): 1}


def test_what_lies_in_the_storage_is_what_came_less_what_went(database, jobs, submit, stored_files, storage):
    job = submit()
    jobs.cancel(job.id)
    there = sum((storage.root / name).stat().st_size for name in stored_files())
    assert Tally(database).of(FILE_BYTES_STORED) == {("input",): there}
    jobs.delete(job.id)
    assert Tally(database).of(FILE_BYTES_REMOVED) == {("input",): there}


def test_counting_at_once_loses_nothing(database):
    def count():
        for _ in range(20):
            with database.write(durable=False) as session:
                JOBS_ENDED.add(session, "a", "completed", "")
                JOBS_SUBMITTED.add(session, "a")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Tally(database).of(JOBS_ENDED) == {("a", "completed", ""): 80}
    assert Tally(database).of(JOBS_SUBMITTED) == {("a",): 80}
