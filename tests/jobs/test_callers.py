"""The job table as each caller sees it."""

import pytest

from pdfmill.core.caller import Caller, Scope
from pdfmill.core.errors import UnknownJob

READ = frozenset({Scope.JOBS_READ, Scope.JOBS_WRITE})
ALICE, BOB = Caller("alice", "k1", READ), Caller("bob", "k2", READ)
ADMIN = Caller("ops", "k3", frozenset({Scope.ADMIN}))
NOBODY = Caller()


@pytest.fixture
def submit_for(jobs, operation, upload):
    def submit_for(caller):
        return jobs.for_caller(caller).submit(operation, {}, [upload()])[0]

    return submit_for


@pytest.mark.parametrize(
    "look",
    [
        lambda jobs, job: jobs.get(job),
        lambda jobs, job: jobs.cancel(job),
        lambda jobs, job: jobs.retry(job),
        lambda jobs, job: jobs.delete(job),
        lambda jobs, job: jobs.result_file(job),
    ],
)
@pytest.mark.parametrize("stranger", [BOB, NOBODY])
def test_another_owner_s_job_does_not_exist(jobs, submit_for, look, stranger):
    job = submit_for(ALICE)
    with pytest.raises(UnknownJob):
        look(jobs.for_caller(stranger), job.id)
    assert jobs.for_caller(ALICE).get(job.id).status == "PENDING"


def test_lists_hold_one_s_own(jobs, submit_for):
    made = {caller.owner: submit_for(caller).id for caller in (ALICE, BOB, ADMIN)}
    for caller in (ALICE, BOB):
        assert [job.id for job in jobs.for_caller(caller).list_jobs().jobs] == [made[caller.owner]]
    assert {job.id for job in jobs.for_caller(ADMIN).list_jobs().jobs} == set(made.values())
    assert jobs.for_caller(NOBODY).list_jobs().jobs == []


def test_binding_a_caller_changes_nobody_else_s_view(jobs, submit_for):
    submit_for(ALICE)
    bob = jobs.for_caller(BOB)
    jobs.for_caller(ALICE)
    assert bob.list_jobs().jobs == []
    assert len(jobs.list_jobs().jobs) == 1
