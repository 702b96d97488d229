"""Each call of an attempt fails once, in the process that supervises: the job is completed all the same, later."""

import errno
from datetime import timedelta
from pathlib import Path

import pytest

from faulty_io import FaultyIO
from pdfmill.core.limits import Limits
from pdfmill.jobs.policy import Retention
from pdfmill.jobs.recovery import LeaseWatch, reap
from pdfmill.jobs.schema import upgrade
from pdfmill.jobs.status import JobStatus
from pdfmill.worker.preparation import Preparer
from pdfmill.worker.runner import AttemptRunner
from pdfmill.worker.sandbox import Sandbox
from pdfmill.worker.spool import Spool
from small_world import World
from worker.sandbox.misbehaving import load_registry

MISBEHAVING = Path(__file__).parents[1] / "worker" / "sandbox"

#: More calls than an attempt makes; how often it asks for a cancellation depends on how fast the machine is.
MOST_CALLS = 300


def start_misbehaving(spool):
    return Sandbox.start(spool, registry="misbehaving:load_registry", extra_readable=(MISBEHAVING,))


@pytest.fixture
def world(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/template.db")
    world = World(tmp_path / "world", tmp_path / "template.db")
    world.policy = type(world.policy)(**{**vars(world.policy), "retention": Retention.alike(timedelta(hours=1))})
    yield world
    world.close()


@pytest.fixture
def runner(world):
    registry = load_registry()
    spool = Spool(world.folder / "spool")
    spool.make()
    runner = AttemptRunner(
        database=world.database,
        storage=world.storage,
        dispatcher=world.dispatcher,
        policy=world.policy,
        registry=registry,
        preparer=Preparer(world.storage, registry, world.sealer, Limits(wall_s=20, cpu_s=20, memory_mib=384)),
        spool=spool,
        start_sandbox=start_misbehaving,
    )
    runner.prepare()
    yield runner
    runner.close()


def take_from_the_silent(world):
    """What the reconciler does when the lease of a job is over, which its worker could not write down."""
    times = iter([0.0, 1e6])
    watch = LeaseWatch(world.policy.lease, clock=lambda: next(times))
    for _ in range(2):
        reap(world.database, world.policy, watch)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_a_run_in_which_any_one_call_fails_ends_well_all_the_same(world, runner, number):
    behave = load_registry().get("behave")

    def run(job_id):
        return runner.run(job_id, behave.queue, lambda progress: None)

    for fail_at in range(1, MOST_CALLS):
        job_id = world.submit(behave)
        faulty = FaultyIO(world.folder, fail_at, number)
        with faulty.armed():
            run(job_id)
        for _ in range(3):
            if world.jobs.get(job_id).status is JobStatus.PROCESSING:
                take_from_the_silent(world)
            if not world.jobs.get(job_id).status.is_terminal:
                run(job_id)
        job = world.jobs.get(job_id)
        assert job.status is JobStatus.COMPLETED, (fail_at, faulty.failed, job.error)
        assert (world.storage.root / world.jobs.result_file(job_id).storage_key).read_bytes() == b"fine"
        world.assert_rows_and_files_agree()
        world.jobs.delete(job_id)
        if faulty.failed is None:
            break
    assert 15 < fail_at < MOST_CALLS - 1, "every call has failed once"
