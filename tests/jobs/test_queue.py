"""Who is next, and who may wait."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pdfmill.config.settings import QueueSettings
from pdfmill.core.errors import QueueFull, SandboxCrashed, TooManyJobs
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.queue import PATIENCE_FOR_SOLITUDE, require_room
from pdfmill.jobs.submission import Submitter


@pytest.fixture
def claim(database, policy):
    """Claims the next job of the queue; its client, or None."""

    def claim(**kwargs):
        attempt = claim_next(database, policy, "compression", this_owner(), **kwargs)
        return attempt and attempt.job.client

    return claim


def test_one_clients_many_jobs_do_not_hold_up_anothers_one(submit, claim):
    for _ in range(20):
        submit(submitter=Submitter("many"))
    submit(submitter=Submitter("one"))
    assert [claim() for _ in range(3)] == ["many", "one", "many"]


def test_clients_take_turns(submit, claim):
    for client in "AAAABBC":
        submit(submitter=Submitter(client))
    assert [claim() for _ in range(7)] == list("ABCABAA")


def test_a_client_that_comes_back_does_not_get_the_turns_it_missed(submit, claim):
    for _ in range(4):
        submit(submitter=Submitter("steady"))
    assert [claim(), claim()] == ["steady", "steady"]
    for _ in range(3):
        submit(submitter=Submitter("late"))
    assert [claim() for _ in range(5)] == ["steady", "late", "steady", "late", "late"]


def test_urgent_jobs_come_first(submit, claim):
    submit(submitter=Submitter("patient", urgency=5))
    submit(submitter=Submitter("usual"))
    submit(submitter=Submitter("urgent", urgency=0))
    assert [claim() for _ in range(3)] == ["urgent", "usual", "patient"]


def test_a_queue_runs_no_more_jobs_at_once_than_it_may(submit, claim, database, policy):
    for _ in range(3):
        submit(submitter=Submitter("x"))
    first = claim_next(database, policy, "compression", this_owner(), max_running=2)
    assert claim(max_running=2) == "x"
    assert claim(max_running=2) is None
    first.complete({}, [], [])
    assert claim(max_running=2) == "x"


def test_a_job_that_crashed_waits_for_a_moment_alone_but_not_for_ever(submit, claim, database, policy):
    job = submit(submitter=Submitter("suspect"))
    claim_next(database, policy, "compression", this_owner()).crash(Failure.of(SandboxCrashed("x")))
    assert claim(suspects=False) is None
    with database.write() as session:
        session.get(Job, job.id).not_before = utc_now() - PATIENCE_FOR_SOLITUDE
    assert claim(suspects=False) == "suspect"


def test_a_job_is_not_claimed_before_its_time(submit, claim, database, policy):
    submit()
    slow = replace(policy, crash_delay=timedelta(minutes=1))
    claim_next(database, slow, "compression", this_owner()).crash(Failure.of(SandboxCrashed("x")))
    assert claim() is None


def test_a_full_queue_takes_no_more(submit, database):
    limits = QueueSettings(max_pending=3, max_pending_per_client=2)
    submit(submitter=Submitter("a"))
    require_room(database, limits, "compression", "a")
    submit(submitter=Submitter("a"))
    with pytest.raises(TooManyJobs) as caught:
        require_room(database, limits, "compression", "a")
    assert caught.value.extras["retry_after_s"] > 0
    require_room(database, limits, "compression", "b")
    submit(submitter=Submitter("b"))
    with pytest.raises(QueueFull, match="PDFMILL_QUEUE__MAX_PENDING"):
        require_room(database, limits, "compression", "c")
    require_room(database, limits, "ocr", "a")


def test_running_jobs_take_no_room(submit, claim, database):
    submit(submitter=Submitter("a"))
    claim()
    require_room(database, QueueSettings(max_pending=1, max_pending_per_client=1), "compression", "a")
