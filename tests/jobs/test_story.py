"""One line of log for each job, with all that an operator asks, and nothing that a document or a client said."""

import pytest

from pdfmill.core.errors import DamagedInput, StorageUnavailable
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.owner import this_owner


@pytest.fixture
def lines(monkeypatch):
    """What is told, as (event, fields)."""
    told = []
    monkeypatch.setattr("pdfmill.jobs.story.log.info", lambda event, **fields: told.append((event, fields)))
    return told


def take(database, policy):
    return claim_next(database, policy, "compression", this_owner())


def test_a_job_that_was_tried_twice_is_told_once(database, policy, submit, upload, lines):
    job = submit()
    take(database, policy).fail(Failure.of(StorageUnavailable("away")))
    assert lines == []
    take(database, policy).fail(Failure.of(DamagedInput("a secret of the document")))
    ((event, fields),) = lines
    assert event == "job ended"
    told = {name: fields[name] for name in ("job_id", "operation", "status", "code", "attempts", "retries")}
    assert told == {
        "job_id": job.id,
        "operation": "example",
        "status": "FAILED",
        "code": "damaged_input",
        "attempts": 2,
        "retries": 1,
    }
    assert fields["input_bytes"] == job.inputs[0].size_bytes
    assert fields["waited_s"] >= 0
    assert fields["ran_s"] >= 0
    assert "secret" not in str(fields)
    assert "a.pdf" not in str(fields)


def test_a_job_that_nobody_worked_on_is_told_too(jobs, submit, lines):
    jobs.cancel(submit().id)
    ((_, fields),) = lines
    assert (fields["status"], fields["attempts"], fields["ran_s"]) == ("CANCELLED", 0, None)
