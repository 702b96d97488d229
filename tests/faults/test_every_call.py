"""Every call that can fail fails once: whatever the n-th is, nothing is lost, nothing is half there, nothing stays.

After SQLite's own tests of this kind (sqlite.org/testing.html, 3.2): the n-th call fails for every n there is.
"""

import errno
import itertools
from datetime import timedelta

import pytest

from faulty_io import FaultyIO, stored
from pdfmill.core.errors import DatabaseUnavailable, StorageFull, StorageUnavailable, UnknownJob
from pdfmill.jobs.orphans import sweep_orphans
from pdfmill.jobs.retention import purge_expired
from pdfmill.jobs.schema import upgrade
from pdfmill.jobs.status import JobStatus
from small_world import OUTPUT, World

#: What a caller may be told; anything else is a defect.
TOLD = (StorageFull, StorageUnavailable, DatabaseUnavailable)

#: Calls that anything here makes: more than the first, fewer than the second.
FEW, MANY = 5, 500


@pytest.fixture
def make_world(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/template.db")
    numbers = itertools.count()
    return lambda: World(tmp_path / f"world{next(numbers)}", tmp_path / "template.db")


@pytest.fixture(params=[errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def try_every_call(request, make_world):
    """Does something in a new world for each n; gives it back with what happened in it."""

    def attempt(prepare, act, fail_at):
        world = make_world()
        prepared = prepare(world)
        faulty = FaultyIO(world.folder, fail_at, request.param)
        result, told = None, None
        with faulty.armed():
            try:
                result = act(world, prepared)
            except TOLD as error:
                told = error
        return faulty, world, prepared, result, told

    def try_every_call(prepare, act):
        # How many calls there are differs by a few: the names of jobs are by chance, and so are the folders they share.
        for number in range(1, MANY):
            faulty, world, prepared, result, told = attempt(prepare, act, number)
            if not faulty.failed:
                assert number > FEW
                assert told is None
                world.close()
                return
            yield f"call {number}, {faulty.failed}: {told!r}", world, prepared, result, told
            world.close()
        pytest.fail(f"more than {MANY} calls")

    return try_every_call


def test_submitting_accepts_a_whole_job_or_none(try_every_call):
    for what, world, _, job_id, told in try_every_call(lambda world: None, lambda world, _: world.submit()):
        rows = world.rows()
        if told is None:
            assert [row.id for row in rows] == [job_id], what
        elif not isinstance(told, DatabaseUnavailable):
            assert rows == [], what
        assert list((world.storage.root / "incoming").glob("*")) == [], what
        world.assert_rows_and_files_agree()
        assert world.jobs.get(world.submit()).status is JobStatus.PENDING, what


def test_publishing_shows_a_whole_result_or_none(try_every_call):
    def prepare(world):
        world.submit()
        return world.claim()

    for what, world, attempt, _, told in try_every_call(prepare, lambda world, attempt: world.publish(attempt)):
        job = world.jobs.get(attempt.job.id)
        if job.status is JobStatus.COMPLETED:
            stored_at = world.storage.root / world.jobs.result_file(job.id).storage_key
            assert stored_at.read_bytes() == OUTPUT, what
        else:
            assert (job.status, job.outputs) == (JobStatus.PROCESSING, []), what
            assert told is not None, what
            assert attempt.hand_back(), what
            world.publish(world.claim())
            assert world.jobs.get(job.id).status is JobStatus.COMPLETED, what
        world.assert_rows_and_files_agree()


def test_deleting_that_failed_can_be_repeated_and_then_leaves_nothing(try_every_call):
    def prepare(world):
        job_id = world.submit()
        world.publish(world.claim())
        return job_id

    for what, world, job_id, _, told in try_every_call(prepare, lambda world, job_id: world.jobs.delete(job_id)):
        if told is not None and world.rows():
            world.jobs.delete(job_id)
        with pytest.raises(UnknownJob):
            world.jobs.get(job_id)
        assert stored(world.storage.root) == [], what


def test_sweeping_that_failed_can_be_repeated_and_spares_what_is_needed(try_every_call):
    def prepare(world):
        expired, pending = world.submit(), None
        world.publish(world.claim())
        pending = world.submit()
        orphan = world.storage.root / "inputs" / "00" / ("0" * 32 + ".0")
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"nobody's")
        return expired, pending, orphan

    def act(world, _):
        purge_expired(world.database, world.storage)
        sweep_orphans(world.database, world.storage, timedelta(seconds=-1))

    for what, world, (expired, pending, orphan), _, _ in try_every_call(prepare, act):
        act(world, None)
        assert world.jobs.get(expired).status is JobStatus.EXPIRED, what
        assert not orphan.exists(), what
        assert world.jobs.get(pending).status is JobStatus.PENDING, what
        world.assert_rows_and_files_agree()
        assert len(stored(world.storage.root)) == 1, what
