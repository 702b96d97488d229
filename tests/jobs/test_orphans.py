"""Files that no job names go; all others stay."""

from datetime import timedelta

from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.models import JobFile
from pdfmill.jobs.orphans import input_key, job_of, output_key, sweep_orphans
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.storage import Label

NOW = timedelta(0)


def store(storage, key):
    file = storage.incoming(max_bytes=10)
    file.write(b"x")
    return storage.publish(file, key, Label("x", "application/pdf"))


def test_files_of_dead_attempts_and_of_submissions_cut_short_go(submit, database, storage, stored_files, policy):
    job = submit()
    attempt = claim_next(database, policy, "compression", this_owner())
    kept = store(storage, output_key(job.id, 1, 0))
    output = JobFile(role="output", name="x", media_type="x", size_bytes=1, sha256=kept.sha256, storage_key=kept.key)
    attempt.complete({}, [], [output])
    store(storage, output_key(job.id, 2, 0))
    store(storage, input_key("f" * 32, 0))
    assert sweep_orphans(database, storage, NOW) == 2
    assert stored_files() == sorted([input_key(job.id, 0), output_key(job.id, 1, 0)])


def test_what_a_running_attempt_has_published_so_far_stays(submit, database, storage, policy):
    job = submit()
    claim_next(database, policy, "compression", this_owner())
    store(storage, output_key(job.id, 1, 0))
    assert sweep_orphans(database, storage, NOW) == 0


def test_young_files_stay(database, storage):
    store(storage, input_key("f" * 32, 0))
    assert sweep_orphans(database, storage, timedelta(hours=1)) == 0


def test_an_upload_under_way_is_no_orphan(database, storage):
    file = storage.incoming(max_bytes=10)
    file.write(b"x")
    assert sweep_orphans(database, storage, NOW) == 0
    file.discard()


def test_a_key_tells_its_job():
    assert job_of(output_key("abc", 3, 1)) == job_of(input_key("abc", 0)) == "abc"
