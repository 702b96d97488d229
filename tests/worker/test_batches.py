"""Batches: one job for each file, whatever becomes of the others."""

import zipfile

import pytest

from builders.pdf import encrypted_pdf, photo_pdf, text_pdf
from pdfmill.core.errors import InvalidTransition
from pdfmill.core.limits import Limits
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.recovery import LeaseWatch, reap, wake_forgotten_batches
from pdfmill.jobs.retention import purge_expired
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.submission import Upload
from pdfmill.operations import load_registry
from pdfmill.worker.preparation import Preparer
from pdfmill.worker.runner import AttemptRunner
from pdfmill.worker.spool import Spool


@pytest.fixture
def runner(database, storage, sealer, dispatcher, policy, tmp_path):
    runner = AttemptRunner(
        database=database,
        storage=storage,
        dispatcher=dispatcher,
        policy=policy,
        registry=load_registry(),
        preparer=Preparer(storage, load_registry(), sealer, Limits(wall_s=60, cpu_s=60)),
        spool=Spool(tmp_path / "spool"),
    )
    runner.prepare()
    yield runner
    runner.close()


@pytest.fixture
def work(runner):
    """Works on jobs until none is due, or on as many as are asked for."""

    def work(most=100):
        done = 0
        while done < most and runner.run("any", "compression", lambda progress: None):
            done += 1
        return done

    return work


@pytest.fixture
def submit_batch(jobs, storage):
    """Submits files to be compressed, given by name and content."""

    def submit_batch(**files):
        uploads = []
        for name, content in files.items():
            incoming = storage.incoming(max_bytes=1 << 24)
            incoming.write(content)
            uploads.append(Upload(incoming, name.replace("_", ".")))
        return jobs.submit(load_registry().get("bulk-compress"), {}, uploads)[0]

    return submit_batch


@pytest.fixture
def good(tmp_path):
    return text_pdf(tmp_path / "good.pdf").read_bytes()


def items_of(jobs, batch):
    return sorted(jobs.list_jobs(batch=batch.id).jobs, key=lambda job: job.position)


def test_each_file_is_a_job_and_a_broken_one_stops_no_other(
    jobs, submit_batch, work, good, storage, tmp_path, dispatcher
):
    archive = tmp_path / "more.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("folder/photo.pdf", photo_pdf(tmp_path / "photo.pdf").read_bytes())
        packed.writestr("locked.pdf", encrypted_pdf(tmp_path / "locked.pdf").read_bytes())
    batch = submit_batch(a_pdf=good, empty_pdf=b"", more_zip=archive.read_bytes(), b_pdf=b"\x89PNG\r\n\x1a\n")
    assert work(1) == 1
    assert jobs.get(batch.id).is_waiting_for_items
    items = items_of(jobs, batch)
    assert [item.inputs[0].name for item in items] == ["a.pdf", "empty.pdf", "photo.pdf", "locked.pdf", "b.pdf"]
    assert dispatcher.hints == [batch.id, *(item.id for item in items)]
    assert work() == 6
    ended = jobs.get(batch.id)
    assert ended.status is JobStatus.COMPLETED, ended.error
    codes = [each["error"] and each["error"]["code"] for each in ended.result["files"]]
    assert codes == [None, "empty_input", None, "password_required", "unsupported_media_type"]
    assert (ended.result["completed"], ended.result["failed"], len(ended.warnings)) == (2, 3, 3)
    with storage.open(ended.outputs[0].storage_key) as file, zipfile.ZipFile(file) as made:
        assert made.namelist() == ["a-compressed.pdf", "photo-compressed.pdf"]
        assert made.testzip() is None


def test_the_last_items_worker_wakes_the_batch(submit_batch, work, good, dispatcher):
    batch = submit_batch(a_pdf=good)
    work(2)
    assert dispatcher.hints[-1] == batch.id


def test_a_batch_of_broken_files_fails_and_says_why_of_each(jobs, submit_batch, work):
    batch = submit_batch(a_pdf=b"hello", b_pdf=b"")
    work()
    failure = jobs.get(batch.id).failure
    assert failure.code == "all_items_failed"
    assert [each["name"] for each in failure.extras["files"]] == ["a.pdf", "b.pdf"]


def test_cancelling_a_batch_cancels_its_items(jobs, submit_batch, work, good, database, policy):
    batch = submit_batch(a_pdf=good, b_pdf=good, c_pdf=good)
    work(2)
    running = claim_next(database, policy, "compression", this_owner())
    assert jobs.cancel(batch.id).status is JobStatus.CANCELLED
    first, second, third = items_of(jobs, batch)
    assert (first.status, third.status) == (JobStatus.COMPLETED, JobStatus.CANCELLED)
    assert second.cancel_requested_at is not None
    assert running.cancelled()
    assert work() == 0
    assert jobs.cancel(batch.id).status is JobStatus.CANCELLED


def test_an_item_may_be_cancelled_alone(jobs, submit_batch, work, good):
    batch = submit_batch(a_pdf=good, b_pdf=good)
    work(1)
    jobs.cancel(items_of(jobs, batch)[1].id)
    work()
    assert [each["status"] for each in jobs.get(batch.id).result["files"]] == ["COMPLETED", "CANCELLED"]


def test_progress_counts_the_items_that_have_ended(jobs, submit_batch, work, good):
    batch = submit_batch(a_pdf=good, b_pdf=good)
    work(2)
    counts = jobs.count_items([batch])[batch.id]
    assert (counts.total, counts.ended, counts.completed, counts.pending) == (2, 1, 1, 1)


def test_a_batch_that_waits_is_nobodys_and_is_not_reaped(jobs, submit_batch, work, good, database, policy):
    batch = submit_batch(a_pdf=good)
    work(1)
    clock = [0.0]
    watch = LeaseWatch(policy.lease, lambda: clock[0])
    reap(database, policy, watch)
    clock[0] += 2 * policy.lease.total_seconds()
    assert reap(database, policy, watch) == []
    assert jobs.get(batch.id).lost == 0


def test_a_batch_whose_last_items_ended_at_one_moment_is_woken_by_the_reconciler(
    jobs, submit_batch, work, good, database
):
    batch = submit_batch(a_pdf=good)
    work(1)
    with database.write() as session:
        session.get(Job, items_of(jobs, batch)[0].id).status = JobStatus.FAILED  # and nobody told the batch
    assert work() == 0
    assert wake_forgotten_batches(database) == 1
    assert wake_forgotten_batches(database) == 0
    assert work() == 1


def test_a_failed_item_may_be_tried_again_until_the_batch_is_gathered(jobs, submit_batch, work, good):
    batch = submit_batch(a_pdf=b"broken", b_pdf=good)
    work(2)
    failed = items_of(jobs, batch)[0]
    assert jobs.retry(failed.id).status is JobStatus.PENDING
    work()
    assert jobs.get(batch.id).status is JobStatus.COMPLETED
    with pytest.raises(InvalidTransition, match="batch"):
        jobs.retry(failed.id)


def test_items_go_with_their_batch(jobs, submit_batch, work, good, stored_files, database):
    batch = submit_batch(a_pdf=good, b_pdf=good)
    work()
    with pytest.raises(InvalidTransition, match=batch.id):
        jobs.delete(items_of(jobs, batch)[0].id)
    jobs.delete(batch.id)
    assert stored_files() == []
    with database.read() as session:
        assert session.query(Job).count() == 0


def test_items_are_kept_until_their_batch_expires(jobs, submit_batch, work, good, stored_files, database, storage):
    batch = submit_batch(a_pdf=good, b_pdf=good)
    work()
    for item in items_of(jobs, batch):
        _expire(database, item.id)
    assert purge_expired(database, storage).jobs == 0
    _expire(database, batch.id)
    assert purge_expired(database, storage).jobs == 1
    assert stored_files() == []
    assert items_of(jobs, batch) == []


def _expire(database, job_id):
    with database.write() as session:
        job = session.get(Job, job_id)
        job.expires_at = job.created_at
