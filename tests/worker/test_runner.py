"""Attempts, from claim to publication, through the real sandbox."""

import os
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pdfmill.core.documents import MediaType
from pdfmill.core.errors import EngineFailed
from pdfmill.core.limits import Limits
from pdfmill.core.operation import Accepts, Operation, Options, Outcome, Result
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.status import JobStatus
from pdfmill.worker.preparation import Preparer
from pdfmill.worker.reconciler import Reconciler
from pdfmill.worker.runner import AttemptRunner
from pdfmill.worker.sandbox import Sandbox
from pdfmill.worker.spool import YOUNG_S, Spool
from worker.sandbox.misbehaving import load_registry

MISBEHAVING = Path(__file__).parent / "sandbox"


def start_misbehaving(spool):
    return Sandbox.start(spool, registry="misbehaving:load_registry", extra_readable=(MISBEHAVING,))


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.make()
    return spool


@pytest.fixture
def runner(database, storage, dispatcher, policy, spool, sealer):
    runner = AttemptRunner(
        database=database,
        storage=storage,
        dispatcher=dispatcher,
        policy=replace(policy, heartbeat=timedelta(seconds=0.2)),
        registry=load_registry(),
        preparer=Preparer(storage, load_registry(), sealer, Limits(wall_s=20, cpu_s=20, memory_mib=384)),
        spool=spool,
        start_sandbox=start_misbehaving,
    )
    runner.prepare()
    yield runner
    runner.close()


@pytest.fixture
def submit_for(jobs, upload):
    """Submits a job for one of the misbehaving operations."""

    def submit_for(name):
        operation = Operation(
            name=name,
            title=name,
            summary=name,
            queue="compression",
            accepts=Accepts((MediaType.PDF,)),
            options=Options,
            result=Result,
            run=lambda inputs, options, ctx: Outcome(Result()),
        )
        return jobs.submit(operation, {}, [upload()])[0]

    return submit_for


def directories(spool):
    """The attempts' directories."""
    return sorted(path.name for path in spool.folder.iterdir() if path.is_dir())


def ignore(progress):
    """Nobody watches."""


def test_a_good_job_is_completed_and_its_output_published(runner, jobs, submit_for, storage, spool):
    job = submit_for("behave")
    assert runner.run(job.id, "compression", ignore)
    job = jobs.get(job.id)
    assert job.status is JobStatus.COMPLETED, job.error
    assert job.sandbox.startswith("tier ")
    with storage.open(job.outputs[0].storage_key) as file:
        assert file.read() == b"fine"
    assert directories(spool) == []


def test_a_hint_at_a_job_that_somebody_has_is_harmless(runner, jobs, submit_for, database, policy):
    job = submit_for("behave")
    claim_next(database, policy, "compression", this_owner())
    assert not runner.run(job.id, "compression", ignore)
    assert not runner.run("no such job", "compression", ignore)


def test_a_document_that_crashes_its_sandbox_is_tried_three_times(runner, jobs, submit_for, stored_files):
    job = submit_for("dereference-null")
    for crashes in (1, 2):
        runner.run(job.id, "compression", ignore)
        shown = jobs.get(job.id)
        assert (shown.status, shown.crashes) == (JobStatus.PENDING, crashes)
    runner.run(job.id, "compression", ignore)
    shown = jobs.get(job.id)
    assert (shown.status, shown.failure.code) == (JobStatus.FAILED, "quarantined")
    assert [name for name in stored_files() if name.startswith("outputs")] == []


def test_a_job_that_finds_no_sandbox_is_put_back(
    runner, jobs, submit_for, database, storage, dispatcher, policy, spool, sealer
):
    def fail_to_start(folder):
        raise EngineFailed("the fork server did not start")

    broken = AttemptRunner(
        database=database,
        storage=storage,
        dispatcher=dispatcher,
        policy=policy,
        registry=load_registry(),
        preparer=Preparer(storage, load_registry(), sealer, Limits()),
        spool=spool,
        start_sandbox=fail_to_start,
    )
    job = submit_for("behave")
    assert broken.run(job.id, "compression", ignore)
    shown = jobs.get(job.id)
    assert (shown.status, shown.lost) == (JobStatus.PENDING, 1)
    runner.run(job.id, "compression", ignore)
    assert jobs.get(job.id).status is JobStatus.COMPLETED


@pytest.mark.parametrize(("operation", "code"), [("refuse", "password_required"), ("eat-memory", "memory_exceeded")])
def test_a_permanent_failure_fails_the_job_at_once(runner, jobs, submit_for, operation, code):
    job = submit_for(operation)
    runner.run(job.id, "compression", ignore)
    shown = jobs.get(job.id)
    assert (shown.status, shown.failure.code, shown.attempt) == (JobStatus.FAILED, code, 1)
    assert shown.sandbox.startswith("tier ")


def test_a_running_job_is_cancelled_within_two_seconds(runner, jobs, submit_for, spool):
    job = submit_for("hang")
    times = []

    def cancel():
        while jobs.get(job.id).status is not JobStatus.PROCESSING:
            time.sleep(0.02)
        time.sleep(0.3)
        jobs.cancel(job.id)
        times.append(time.monotonic())

    canceller = threading.Thread(target=cancel)
    canceller.start()
    runner.run(job.id, "compression", ignore)
    ended = time.monotonic()
    canceller.join()
    assert ended - times[0] < 2
    assert jobs.get(job.id).status is JobStatus.CANCELLED
    assert directories(spool) == []


def test_an_attempt_that_lost_its_job_publishes_nothing(runner, jobs, submit_for, database, stored_files):
    job = submit_for("hang")

    def take_over():
        while jobs.get(job.id).status is not JobStatus.PROCESSING:
            time.sleep(0.02)
        with database.write() as session:
            session.get(Job, job.id).attempt += 1

    thief = threading.Thread(target=take_over)
    thief.start()
    started = time.monotonic()
    runner.run(job.id, "compression", ignore)
    thief.join()
    assert time.monotonic() - started < 10
    assert jobs.get(job.id).status is JobStatus.PROCESSING
    assert [name for name in stored_files() if name.startswith("outputs")] == []


def test_the_reconciler_takes_a_job_from_the_dead_and_hints_at_it(
    runner, jobs, submit_for, database, storage, dispatcher, policy, spool, sealer
):
    job = submit_for("behave")
    dead = this_owner().rsplit("/", 1)[0] + "/1"  # a process that had this pid before
    claim_next(database, policy, "compression", dead)
    reconciler = Reconciler(database, storage, dispatcher, policy, spool=spool, every_s=1)
    done = reconciler.run_once()
    assert (done.reaped, done.hinted) == (1, 1)
    assert dispatcher.hints == [job.id, job.id]
    runner.run(job.id, "compression", ignore)
    assert jobs.get(job.id).status is JobStatus.COMPLETED


def test_two_reconcilers_at_once_are_harmless(submit_for, jobs, database, storage, dispatcher, policy, spool):
    submitted = [submit_for("behave") for _ in range(10)]
    for _ in submitted:
        claim_next(database, policy, "compression", this_owner().rsplit("/", 1)[0] + "/1")
    both = [Reconciler(database, storage, dispatcher, policy, spool=spool, every_s=1) for _ in range(2)]
    rounds = []
    threads = [threading.Thread(target=lambda each=each: rounds.append(each.run_once())) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each.reaped for each in rounds) == len(submitted)
    assert {jobs.get(job.id).lost for job in submitted} == {1}


def test_only_directories_of_dead_attempts_are_swept(database, submit_for, policy, spool):
    submit_for("behave")
    running = claim_next(database, policy, "compression", this_owner())
    names = [f"{running.job.id}-1", "0123-4", "young-1"]
    for name in names:
        (spool.folder / name / "work").mkdir(parents=True)
    then = time.time() - YOUNG_S - 1
    for name in names[:2]:
        os.utime(spool.folder / name, (then, then))
    assert spool.sweep(database) == 1
    assert directories(spool) == sorted([names[0], "young-1"])


def test_an_attempt_finds_the_checkpoint_of_the_one_before_and_nothing_else_of_it(runner, jobs, submit_for, spool):
    job = submit_for("count-attempts")
    for attempt in (1, 2):
        runner.run(job.id, "compression", ignore)
        kept = sorted(path.name for path in (spool.folder / f"{job.id}-{attempt}").rglob("*"))
        assert kept == ["checkpoint", *(f"mark-{mark}" for mark in range(attempt)), "work"]
    runner.run(job.id, "compression", ignore)
    shown = jobs.get(job.id)
    assert (shown.status, shown.result["found"]) == (JobStatus.COMPLETED, {"marks": "2"})


def test_a_checkpoint_goes_with_its_job(runner, jobs, submit_for, spool, database):
    job = submit_for("count-attempts")
    runner.run(job.id, "compression", ignore)
    old = time.time() - YOUNG_S - 1
    os.utime(spool.folder / f"{job.id}-1", (old, old))
    assert spool.sweep(database) == 0
    jobs.cancel(job.id)
    assert spool.sweep(database) == 1
    assert directories(spool) == []


def test_a_link_in_the_place_of_a_checkpoint_is_not_passed_on(runner, jobs, submit_for, spool):
    job = submit_for("link-as-checkpoint")
    for _ in range(3):
        runner.run(job.id, "compression", ignore)
    assert jobs.get(job.id).failure.code == "quarantined"


def test_hints_are_repeated_at_once_when_the_broker_has_forgotten_them(
    submit_for, database, storage, dispatcher, policy, spool
):
    submitted = [submit_for("behave").id for _ in range(5)]
    with database.write() as session:
        for job_id in submitted:
            session.get(Job, job_id).not_before -= timedelta(seconds=5)
    reconciler = Reconciler(database, storage, dispatcher, policy, spool=spool, every_s=1)
    dispatcher.messages = {"compression": 5}
    assert reconciler.run_once().hinted == 0
    dispatcher.messages = {"compression": 0}
    assert reconciler.run_once().hinted == 5
    assert sorted(dispatcher.hints[5:]) == sorted(submitted)


def test_a_queue_at_its_limit_is_not_hinted_at(submit_for, database, storage, dispatcher, policy, spool):
    policy = replace(policy, max_running={"compression": 1})
    submit_for("behave")
    claim_next(database, policy, "compression", this_owner())
    waiting = submit_for("behave")
    with database.write() as session:
        session.get(Job, waiting.id).not_before -= timedelta(seconds=5)
    dispatcher.messages = {"compression": 0}
    assert Reconciler(database, storage, dispatcher, policy, spool=spool, every_s=1).run_once().hinted == 0


def test_a_job_that_crashed_runs_alone(runner, jobs, submit_for, database):
    job = submit_for("dereference-null")
    runner.run(job.id, "compression", ignore)
    with runner._gate.beside_others():
        assert not runner.run(job.id, "compression", ignore)
    assert jobs.get(job.id).attempt == 1
    assert runner.run(job.id, "compression", ignore)
    assert jobs.get(job.id).crashes == 2


def test_no_job_is_begun_while_the_disk_is_full(
    runner, jobs, submit_for, database, storage, sealer, dispatcher, policy, spool, monkeypatch
):
    monkeypatch.setattr("pdfmill.worker.runner._REST_WHEN_DISK_IS_FULL_S", 0)
    full = AttemptRunner(
        database=database,
        storage=storage,
        dispatcher=dispatcher,
        policy=policy,
        registry=load_registry(),
        preparer=Preparer(storage, load_registry(), sealer, Limits()),
        spool=replace(spool, min_free_bytes=1 << 60),
    )
    job = submit_for("behave")
    assert not full.run(job.id, "compression", ignore)
    assert (jobs.get(job.id).status, jobs.get(job.id).attempt) == (JobStatus.PENDING, 0)
    assert runner.run(job.id, "compression", ignore)


def test_a_worker_that_stops_claims_nothing_and_hands_back_what_runs(runner, jobs, submit_for):
    job = submit_for("hang")
    waiting = submit_for("behave")
    stopper = threading.Timer(0.5, lambda: runner.stop_notice.give(grace_s=0.1))
    stopper.start()
    assert runner.run(job.id, "compression", ignore)
    stopper.join()
    shown = jobs.get(job.id)
    assert (shown.status, shown.attempt, shown.lost, shown.crashes) == (JobStatus.PENDING, 1, 0, 0)
    assert not runner.run(waiting.id, "compression", ignore)


def test_a_message_of_a_dead_worker_brings_its_job_back_at_once(runner, jobs, submit_for, database, policy):
    job = submit_for("behave")
    claim_next(database, policy, "compression", this_owner().rsplit("/", 1)[0] + "/1")
    assert runner.run(job.id, "compression", ignore)
    shown = jobs.get(job.id)
    assert (shown.status, shown.attempt, shown.lost) == (JobStatus.COMPLETED, 2, 1)


def test_a_job_that_is_cancelled_while_it_is_published_leaves_no_output(
    runner, jobs, submit_for, storage, stored_files, monkeypatch
):
    job = submit_for("behave")
    publish = storage.publish_path

    def cancel_first(*args):
        jobs.cancel(job.id)
        return publish(*args)

    monkeypatch.setattr(storage, "publish_path", cancel_first)
    assert runner.run(job.id, "compression", ignore)
    assert jobs.get(job.id).status is JobStatus.CANCELLED
    assert [name for name in stored_files() if name.startswith("outputs")] == []
