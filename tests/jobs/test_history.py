"""What jobs cost is remembered by kind, newest first, and outlives the jobs."""

import pytest
from sqlalchemy import func, select

from pdfmill.core.work import PastRun, Work
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.history import KEPT, Kind, PastRunRow, recall, remember
from pdfmill.jobs.owner import this_owner

PNG, TEXT = Kind("convert", "png"), Kind("convert", "txt")


def run(pages):
    work = Work(pages=pages, characters=10**12, megapixels=1.25)
    return PastRun(work=work, input_bytes=5_000_000_000, output_bytes=7, cpu_s=0.5, wall_s=1.5)


@pytest.fixture
def complete(submit, database, policy):
    """Completes a new job at some cost."""

    def complete(cost):
        job = submit()
        assert claim_next(database, policy, "compression", this_owner()).complete({}, [], [], cost=cost)
        return job

    return complete


def test_a_completed_job_leaves_what_it_cost(complete, database):
    complete((PNG, run(3)))
    complete((PNG, run(4)))
    complete((TEXT, run(5)))
    complete(None)
    assert recall(database, PNG) == (run(4), run(3))
    assert recall(database, TEXT) == (run(5),)
    assert recall(database, Kind("convert", "md")) == ()


def test_an_attempt_that_lost_its_job_leaves_nothing(submit, jobs, database, policy):
    job = submit()
    attempt = claim_next(database, policy, "compression", this_owner())
    jobs.cancel(job.id)
    assert not attempt.complete({}, [], [], cost=(PNG, run(1)))
    assert recall(database, PNG) == ()


def test_the_costs_of_a_deleted_job_stay_and_name_nothing_of_it(complete, jobs, database):
    job = complete((PNG, run(3)))
    jobs.delete(job.id)
    assert recall(database, PNG) == (run(3),)
    texts = {column.name for column in PastRunRow.__table__.columns if column.type.python_type is str}
    assert texts == {"operation", "variant"}


def test_only_the_newest_of_each_kind_are_kept(database):
    with database.write() as session:
        remember(session, TEXT, run(0))
        for pages in range(KEPT + 5):
            remember(session, PNG, run(pages))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(PastRunRow)) == KEPT + 1
    assert [each.work.pages for each in recall(database, PNG)] == list(range(KEPT + 4, 4, -1))


def test_an_operation_says_which_option_decides_its_kind(registry, operation):
    assert Kind.of(registry.get("convert"), {"to": "png", "dpi": 72}) == PNG
    assert Kind.of(registry.get("convert"), {"to": None}) is None
    assert Kind.of(operation, {}) is None
