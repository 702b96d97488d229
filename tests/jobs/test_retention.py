"""What goes when: by state, by the client's word, for want of room; and what stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from pdfmill.core.errors import DamagedInput, StorageUnavailable
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.models import FileRole, Job, JobEvent, JobFile
from pdfmill.jobs.orphans import expire_jobs_without_files
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.policy import Retention
from pdfmill.jobs.retention import BATCH, count_expired, forget_expired, make_room, purge_expired
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.submission import Submitter


@pytest.fixture
def kept_for(policy):
    retention = Retention(timedelta(hours=1), timedelta(hours=2), timedelta(hours=3))
    return replace(policy, retention=retention)


@pytest.fixture
def complete(database, policy, storage):
    """Takes the worker's part: the job has one output of ten bytes."""

    def complete(job):
        attempt = claim_next(database, policy, "compression", this_owner())
        assert attempt.job.id == job.id
        key = f"outputs/{job.id}.1.0"
        (storage.root / "outputs").mkdir(exist_ok=True)
        (storage.root / key).write_bytes(b"0123456789")
        file = JobFile(
            role=FileRole.OUTPUT, name="a", media_type="x/y", size_bytes=10, sha256="", storage_key=key, position=0
        )
        assert attempt.complete({"secret": 1}, ["w"], [file])

    return complete


def let_pass(database, hours, *ids):
    """Hours go by for ended jobs."""
    past = timedelta(hours=hours)
    with database.write() as session:
        for job in session.scalars(select(Job).where(Job.finished_at.is_not(None))):
            if not ids or job.id in ids:
                job.finished_at -= past
                job.expires_at -= past


def test_each_way_to_end_has_its_own_time(database, submit, kept_for):
    ends = {}
    for end in (
        lambda attempt: attempt.complete({}, [], []),
        lambda attempt: attempt.fail(Failure.of(DamagedInput("no"))),
        lambda attempt: attempt.cancelled(),
    ):
        submit()
        attempt = claim_next(database, kept_for, "compression", this_owner())
        end(attempt)
    with database.read() as session:
        for job in session.scalars(select(Job)):
            ends[job.status] = round((job.expires_at - job.finished_at).total_seconds() / 3600)
    assert ends == {JobStatus.COMPLETED: 1, JobStatus.FAILED: 2, JobStatus.CANCELLED: 3}


def test_the_clients_word_wins(database, submit, kept_for, jobs):
    job = submit(submitter=Submitter(ttl_s=120))
    claim_next(database, kept_for, "compression", this_owner()).complete({}, [], [])
    ended = jobs.get(job.id)
    assert timedelta(seconds=115) < ended.expires_at - ended.finished_at <= timedelta(seconds=121)


def test_a_purged_job_leaves_a_row_that_names_nothing(database, storage, jobs, submit, complete, stored_files):
    job = submit()
    complete(job)
    let_pass(database, 48)
    assert count_expired(database).jobs == 1
    purged = purge_expired(database, storage)
    assert (purged.jobs, purged.freed_bytes > 10, stored_files()) == (1, True, [])
    left = jobs.get(job.id)
    assert (left.status, left.result, left.warnings, left.options, left.files) == (JobStatus.EXPIRED, None, [], {}, [])
    with database.read() as session:
        kinds = session.scalars(select(JobEvent.kind).where(JobEvent.job_id == job.id).order_by(JobEvent.sequence))
        assert list(kinds)[-1] == "EXPIRED"
    assert purge_expired(database, storage).jobs == 0


def test_more_than_one_transaction_can_hold_are_purged(database, storage, jobs, submit):
    for _ in range(BATCH + 3):
        jobs.cancel(submit().id)
    let_pass(database, 48)
    assert count_expired(database).jobs == BATCH + 3
    assert purge_expired(database, storage).jobs == BATCH + 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_purged_is_found_by_its_id_and_not_among_all_that_ended(database, storage, jobs, submit, plans):
    """With a million jobs, walking through those of a state takes a second for each batch."""
    for _ in range(3):
        jobs.cancel(submit().id)
    let_pass(database, 48)
    found = plans(lambda: purge_expired(database, storage))
    by_ids = [plan for statement, plan in found if "job.id IN" in statement]
    assert len(by_ids) >= 2
    assert all("(id=?)" in plan for plan in by_ids)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_purge_that_storage_breaks_off_is_taken_up_again(database, storage, jobs, submit, monkeypatch):
    for _ in range(3):
        jobs.cancel(submit().id)
    let_pass(database, 48)
    delete, calls = storage.delete, []

    def fail_once(key):
        calls.append(key)
        if len(calls) == 2:
            raise StorageUnavailable("away")
        delete(key)

    monkeypatch.setattr(storage, "delete", fail_once)
    with pytest.raises(StorageUnavailable):
        purge_expired(database, storage)
    assert purge_expired(database, storage).jobs == 3


def test_on_a_full_disk_the_oldest_results_go_first_and_nothing_that_is_at_work(
    database, storage, jobs, submit, complete, monkeypatch
):
    old, older, fresh = submit(), None, None
    complete(old)
    older = submit()
    complete(older)
    fresh = submit()
    complete(fresh)
    waiting = submit()
    let_pass(database, 2, old.id)
    let_pass(database, 3, older.id)
    looks = iter([10, 10])
    monkeypatch.setattr("pdfmill.jobs.retention._ROOM_BATCH", 1)
    monkeypatch.setattr(storage, "free_bytes", lambda: next(looks, 1000))
    assert make_room(database, storage, 500).jobs == 2
    states = {each: jobs.get(each.id).status for each in (old, older, fresh, waiting)}
    assert list(states.values()) == [JobStatus.EXPIRED, JobStatus.EXPIRED, JobStatus.COMPLETED, JobStatus.PENDING]
    monkeypatch.setattr(storage, "free_bytes", lambda: 0)
    assert make_room(database, storage, 500).jobs == 0  # what ended minutes ago stays, however full the disk is


def test_rows_of_jobs_long_gone_are_forgotten(database, storage, jobs, submit):
    jobs.cancel(submit().id)
    waiting = submit()
    let_pass(database, 24 * 100)
    purge_expired(database, storage)
    assert forget_expired(database, timedelta(days=200)) == 0
    assert forget_expired(database, timedelta(days=90)) == 1
    with database.read() as session:
        assert list(session.scalars(select(Job.id))) == [waiting.id]


def test_a_job_whose_result_is_not_in_the_storage_offers_none(database, storage, jobs, submit, complete):
    whole, lost = submit(), None
    complete(whole)
    lost = submit()
    complete(lost)
    (storage.root / jobs.get(lost.id).outputs[0].storage_key).unlink()
    assert expire_jobs_without_files(database, storage) == 1
    assert purge_expired(database, storage).jobs == 1
    assert [jobs.get(each.id).status for each in (whole, lost)] == [JobStatus.COMPLETED, JobStatus.EXPIRED]


def test_a_job_that_is_tried_again_is_not_purged(database, storage, jobs, submit, policy):
    job = submit()
    claim_next(database, policy, "compression", this_owner()).fail(Failure.of(DamagedInput("no")))
    with database.write() as session:
        session.execute(update(Job).values(expires_at=utc_now()))
    jobs.retry(job.id)
    assert purge_expired(database, storage).jobs == 0
