"""What clients do with jobs."""

import pytest

from pdfmill.core.errors import (
    EmptyInput,
    IdempotencyConflict,
    InvalidOptions,
    InvalidTransition,
    JobNotFinished,
    ResultUnavailable,
    UnknownJob,
    UnsupportedMediaType,
    WrongInputCount,
)
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.service import Idempotency
from pdfmill.jobs.status import JobStatus


def test_a_submitted_job_is_stored_and_hinted_at(jobs, submit, dispatcher, stored_files):
    job = submit()
    assert jobs.get(job.id).status is JobStatus.PENDING
    assert dispatcher.hints == [job.id]
    assert stored_files() == [f"inputs/{job.id[:2]}/{job.id}.0"]


def test_a_broker_that_is_away_does_not_lose_a_job(jobs, submit, dispatcher):
    dispatcher.broker_is_away = True
    assert jobs.get(submit().id).status is JobStatus.PENDING


@pytest.mark.parametrize(
    ("options", "contents", "error"),
    [
        ({"levle": "high"}, [b"%PDF-1.7"], InvalidOptions),
        ({}, [], WrongInputCount),
        ({}, [b"%PDF-1.7", b"%PDF-1.7"], WrongInputCount),
        ({}, [b""], EmptyInput),
        ({}, [b"\x89PNG\r\n\x1a\n"], UnsupportedMediaType),
    ],
)
def test_a_refused_request_leaves_nothing_behind(jobs, operation, upload, stored_files, options, contents, error):
    with pytest.raises(error):
        jobs.submit(operation, options, [upload(content) for content in contents])
    assert stored_files() == []
    assert jobs.list_jobs().jobs == []


def test_the_same_idempotency_key_gives_the_same_job(jobs, submit, dispatcher, stored_files):
    first = submit(idempotency=Idempotency("k", "f"))
    assert submit(idempotency=Idempotency("k", "f")).id == first.id
    assert len(stored_files()) == 1
    assert dispatcher.hints == [first.id]


def test_an_idempotency_key_is_not_reused_for_another_request(submit, stored_files):
    submit(idempotency=Idempotency("k", "f"))
    with pytest.raises(IdempotencyConflict):
        submit(idempotency=Idempotency("k", "other"))
    assert len(stored_files()) == 1


def test_a_pending_job_is_cancelled_at_once_and_never_claimed(jobs, submit, database, policy):
    job = submit()
    assert jobs.cancel(job.id).status is JobStatus.CANCELLED
    assert claim_next(database, policy, "compression", this_owner()) is None


def test_cancelling_twice_is_harmless(jobs, submit):
    job = submit()
    jobs.cancel(job.id)
    assert jobs.cancel(job.id).status is JobStatus.CANCELLED


def test_a_finished_job_cannot_be_cancelled(jobs, submit, database, policy):
    job = submit()
    claim_next(database, policy, "compression", this_owner()).complete({}, [], [])
    with pytest.raises(InvalidTransition, match="COMPLETED already"):
        jobs.cancel(job.id)


def test_deleting_a_job_removes_its_files(jobs, submit, stored_files):
    job = submit()
    with pytest.raises(JobNotFinished):
        jobs.delete(job.id)
    jobs.cancel(job.id)
    jobs.delete(job.id)
    assert stored_files() == []
    with pytest.raises(UnknownJob):
        jobs.get(job.id)


def test_a_job_without_result_says_why(jobs, submit):
    job = submit()
    with pytest.raises(JobNotFinished, match="PENDING"):
        jobs.result_file(job.id)
    jobs.cancel(job.id)
    with pytest.raises(ResultUnavailable, match="CANCELLED"):
        jobs.result_file(job.id)


def test_pages_of_jobs_hold_each_job_once(jobs, submit):
    made = [submit().id for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = jobs.list_jobs(limit=2, cursor=cursor)
        seen += [job.id for job in page.jobs]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == made[::-1]


def test_jobs_are_found_by_status(jobs, submit):
    cancelled = submit()
    submit()
    jobs.cancel(cancelled.id)
    assert [job.id for job in jobs.list_jobs(status=JobStatus.CANCELLED).jobs] == [cancelled.id]


def test_only_a_failed_job_is_tried_again(jobs, submit, database, policy):
    job = submit()
    with pytest.raises(InvalidTransition, match="PENDING; only a FAILED one"):
        jobs.retry(job.id)
    attempt = claim_next(database, policy, "compression", this_owner())
    with pytest.raises(InvalidTransition, match="PROCESSING"):
        jobs.retry(job.id)
    attempt.complete({}, [], [])
    with pytest.raises(InvalidTransition, match="COMPLETED"):
        jobs.retry(job.id)


@pytest.mark.parametrize("wanted", [{}, {"status": JobStatus.FAILED}, {"operation": "compress"}, {"batch": "0" * 32}])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_of_jobs_is_read_in_order_and_never_sorted(jobs, plans, wanted):
    """With a million jobs, sorting them takes seconds."""
    plan = next(plan for statement, plan in plans(lambda: jobs.list_jobs(**wanted)) if "FROM job" in statement)
    assert "TEMP B-TREE" not in plan
