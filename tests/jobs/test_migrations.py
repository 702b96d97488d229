"""From the first release's schema to the newest and back, with jobs in every state on the way."""

import contextlib
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, event, func, select, text
from sqlalchemy.engine import Engine

from pdfmill.config.settings import load_settings
from pdfmill.core.errors import InvalidRequest, SchemaTooNew
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.base import Base, UtcDateTime
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.recovery import LeaseWatch, reap
from pdfmill.jobs.schema import downgrade, schema_of, upgrade
from pdfmill.jobs.status import JobStatus
from stacks.servers import postgres_database

FIRST = "0001"
ALL = schema_of("sqlite://").known
NOW = datetime.now(UTC)
DEAD, ELSEWHERE = this_owner().rpartition("/")[0] + "/0", "elsewhere/0123/1/2"

#: What a job in flight may look like, and how it has to end.
IN_FLIGHT = {
    "fresh": ({"status": "PENDING"}, "COMPLETED"),
    "due in a moment": ({"status": "PENDING", "not_before": NOW + timedelta(seconds=1)}, "COMPLETED"),
    "retried": ({"status": "PENDING", "attempt": 2, "retries": 2}, "COMPLETED"),
    "crashed": ({"status": "PENDING", "attempt": 1, "crashes": 1}, "COMPLETED"),
    "of a dead worker": ({"status": "PROCESSING", "attempt": 1, "lease_owner": DEAD, "lease_until": NOW}, "COMPLETED"),
    "of a lost host": (
        {"status": "PROCESSING", "attempt": 3, "lease_owner": ELSEWHERE, "lease_until": NOW},
        "COMPLETED",
    ),
    "to be cancelled": (
        {
            "status": "PROCESSING",
            "attempt": 1,
            "lease_owner": DEAD,
            "lease_until": NOW,
            "cancel_requested_at": NOW,
        },
        "CANCELLED",
    ),
}
ENDED = {
    "done": {"status": "COMPLETED", "attempt": 1, "result": {"ratio": 0.5}, "finished_at": NOW, "expires_at": NOW},
    "failed": {"status": "FAILED", "attempt": 1, "error": {"code": "damaged_input"}, "finished_at": NOW},
    "cancelled": {"status": "CANCELLED", "finished_at": NOW},
    "expired": {"status": "EXPIRED", "finished_at": NOW},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """A database without any table."""
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path}/jobs.db"
        else:
            yield stack.enter_context(postgres_database())


@pytest.fixture
def database(url):
    database = Database(url)
    yield database
    database.close()


def rows_of(url, table, **where):
    engine, found = _reflected(url, table)
    with engine.connect() as connection:
        rows = connection.execute(select(found).filter_by(**where)).mappings().all()
    engine.dispose()
    return rows


def insert(url, **rows):
    """Insert rows, by table, into whatever schema the database has."""
    for table, values in rows.items():
        engine, found = _reflected(url, table)
        with engine.begin() as connection:
            connection.execute(found.insert(), [_fitting(row, found) for row in values])
        engine.dispose()


def _fitting(row, table):
    """What of a row the schema has a place for, with something in the columns that later schemas ask for."""
    needed = {c.name: c for c in table.c if not (c.nullable or c.server_default is not None or c.primary_key)}
    fillers = {int: 0, str: "", dict: {}, datetime: NOW, bool: False, float: 0.0}
    filled = {name: fillers[column.type.python_type] for name, column in needed.items() if name not in row}
    return {name: value for name, value in row.items() if name in table.c} | filled


def _reflected(url, table):
    engine = create_engine(url)
    metadata = MetaData()
    metadata.reflect(engine, only=[table])
    for column in metadata.tables[table].c:
        if column.name.endswith(("_at", "_until", "_before")):
            column.type = UtcDateTime()
    return engine, metadata.tables[table]


def a_job(job_id, **values):
    """A row as the first release wrote it, with what came later where the schema has a place for it."""
    defaults = {
        "id": job_id,
        "operation": "compress",
        "queue": "compression",
        "options": {"level": "medium"},
        "progress": {},
        "warnings": [],
        "not_before": NOW,
        "hints": 1,
        "created_at": NOW,
        **dict.fromkeys(("attempt", "crashes", "lost", "retries", "turn", "position"), 0),
        **dict.fromkeys(("idempotency_key", "request_fingerprint", "result", "error", "next_hint_at"), None),
        **dict.fromkeys(("lease_owner", "lease_until", "cancel_requested_at", "started_at", "finished_at"), None),
        **dict.fromkeys(("expires_at", "parent_id", "sealed_options"), None),
        **dict.fromkeys(("owner", "client", "sandbox"), ""),
        "urgency": 3,
    }
    return {**defaults, **values}


def a_file(job_id):
    name = {"role": "input", "position": 0, "name": "a.pdf", "media_type": "application/pdf"}
    return {
        "job_id": job_id,
        **name,
        "size_bytes": 9,
        "sha256": "0" * 64,
        "storage_key": f"inputs/{job_id[:2]}/{job_id}.0",
    }


def an_event(job_id):
    return {"job_id": job_id, "kind": "PENDING", "data": {}, "created_at": NOW}


def fill(url, in_flight, ended):
    """Jobs of every kind; returns how each has to end."""
    due = {}
    jobs = []
    for number in range(in_flight):
        kind, (values, end) = list(IN_FLIGHT.items())[number % len(IN_FLIGHT)]
        jobs.append(a_job(f"flight-{number}-{kind}"[:32], idempotency_key=f"key-{number}", **values))
        due[jobs[-1]["id"]] = end
    for number in range(ended):
        kind, values = list(ENDED.items())[number % len(ENDED)]
        jobs.append(a_job(f"ended-{number}-{kind}", **values))
        due[jobs[-1]["id"]] = values["status"]
    insert(url, job=jobs, job_file=[a_file(name) for name in due], job_event=[an_event(name) for name in due])
    return due


def work_until_nothing_waits(database):
    """What a reconciler and a worker do, but for the work itself."""
    policy = replace(JobPolicy.of(load_settings()), lease=timedelta(0))
    watch = LeaseWatch(timedelta(0))
    while _count(database, JobStatus.PENDING, JobStatus.PROCESSING):
        reap(database, policy, watch)
        while attempt := claim_next(database, policy, "compression", this_owner()):
            assert attempt.complete({"ratio": 0.9}, [], [])


def _count(database, *statuses):
    with database.read() as session:
        return session.scalar(select(func.count()).where(Job.status.in_(statuses)))


@pytest.mark.timeout(600)  # on a busy machine, two thousand durable commits take their time
def test_a_thousand_jobs_in_flight_end_well_after_an_upgrade_from_the_first_release(url, database):
    upgrade(url, FIRST)
    due = fill(url, in_flight=1000, ended=40)
    upgrade(url)
    work_until_nothing_waits(database)
    with database.read() as session:
        ended = {job.id: job for job in session.scalars(select(Job))}
    assert {job_id: job.status.value for job_id, job in ended.items()} == due
    assert ended["ended-0-done"].result == {"ratio": 0.5}  # of what had ended, nothing is done again
    assert Counter(len(job.inputs) for job in ended.values()) == {1: len(due)}
    assert {job.attempt for name, job in ended.items() if "lost host" in name} == {4}
    _assert_sound(url)


@pytest.mark.parametrize("revision", ALL[1:])
def test_every_version_can_be_left_for_the_one_before_and_reached_again(url, revision):
    before = ALL[ALL.index(revision) - 1]
    upgrade(url, revision)
    due = fill(url, in_flight=14, ended=8)
    downgrade(url, before)
    assert schema_of(url).present == before
    ended = {name: status for name, status in due.items() if name.startswith("ended")}
    assert ended.items() <= {row["id"]: row["status"] for row in rows_of(url, "job")}.items()
    assert len(rows_of(url, "job_file")) == len(rows_of(url, "job_event")) == len(due)
    upgrade(url)
    _assert_sound(url)


def test_jobs_in_flight_end_well_after_going_back_to_the_first_release_and_up_again(url, database):
    upgrade(url)
    due = fill(url, in_flight=70, ended=40)
    downgrade(url, FIRST)
    before = {row["id"]: row["status"] for row in rows_of(url, "job")}
    assert len(before) == len(due)
    assert Counter(status == due[name] for name, status in before.items())[True] == 40
    upgrade(url)
    work_until_nothing_waits(database)
    with database.read() as session:
        assert {job.id: job.status.value for job in session.scalars(select(Job))} == due
    _assert_sound(url)


def test_what_an_older_version_cannot_finish_fails_and_says_why(url):
    upgrade(url)
    waiting = a_job("batch", status="PROCESSING", attempt=1, operation="bulk-compress")
    item = a_job("item", status="PENDING", parent_id="batch")
    locked = a_job("locked", status="PENDING", sealed_options="c2VhbGVk", options={"password": "**********"})
    forgotten = a_job("forgotten", status="COMPLETED", sealed_options="", result={})
    insert(url, job=[waiting, item, locked, forgotten])
    downgrade(url, FIRST)
    found = {row["id"]: row for row in rows_of(url, "job")}
    codes = {name: row["error"] and Failure.model_validate(row["error"]).code for name, row in found.items()}
    assert codes == {"batch": "unknown_operation", "item": None, "locked": "password_lost", "forgotten": None}
    assert {name: row["status"] for name, row in found.items()} == {
        "batch": "FAILED",
        "item": "PENDING",
        "locked": "FAILED",
        "forgotten": "COMPLETED",
    }
    assert found["batch"]["expires_at"] > found["batch"]["finished_at"] > NOW - timedelta(minutes=1)


def test_two_owners_with_the_same_idempotency_key_do_not_stop_a_downgrade(url):
    upgrade(url)
    jobs = [a_job(f"job-{who}", status="PENDING", owner=who, idempotency_key="same") for who in ("alice", "bob")]
    insert(url, job=jobs)
    downgrade(url, FIRST)
    assert sorted(row["idempotency_key"] or "" for row in rows_of(url, "job")) == ["", "same"]


def test_an_upgrade_that_dies_on_the_way_can_be_repeated(tmp_path):
    old = tmp_path / "old.db"
    upgrade(f"sqlite:///{old}", FIRST)
    due = fill(f"sqlite:///{old}", in_flight=7, ended=4)
    count, step = _statements(old, tmp_path / "whole.db"), 5
    assert count > 20
    for last in range(1, count + 1, step):
        url = f"sqlite:///{shutil.copy(old, tmp_path / f'{last}.db')}"
        with pytest.raises(ZeroDivisionError), _dies_at(last):
            upgrade(url)
        assert schema_of(url).present == FIRST
        upgrade(url)
        assert {row["id"] for row in rows_of(url, "job")} == set(due)
    _assert_sound(url)


def _statements(old, copy):
    """How many statements change something."""
    with _dies_at(None) as seen:
        upgrade(f"sqlite:///{shutil.copy(old, copy)}")
    return len(seen)


@contextlib.contextmanager
def _dies_at(last):
    """Fail instead of carrying out the last of that many statements that change something."""
    seen = []

    def watch(connection, cursor, statement, *_):
        if not statement.lstrip().startswith(("PRAGMA", "SELECT", "BEGIN")):
            seen.append(statement)
            if len(seen) == last:
                raise ZeroDivisionError

    event.listen(Engine, "before_cursor_execute", watch)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", watch)


def test_a_newer_schema_is_refused_with_a_word_on_what_to_do(url):
    upgrade(url)
    _pretend_to_be_newer(url)
    for refused in (upgrade, schema_of, lambda url: downgrade(url, FIRST)):
        with pytest.raises(SchemaTooNew, match=r"9999.*downgrade"):
            refused(url)


def test_a_downgrade_to_what_there_is_not_is_refused(url):
    upgrade(url)
    for nonsense in ("nonsense", schema_of(url).needed):
        with pytest.raises(InvalidRequest, match=FIRST):
            downgrade(url, nonsense)


def _pretend_to_be_newer(url):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


def _assert_sound(url):
    """The schema is that of the models, and every reference leads to a row."""
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        if url.startswith("sqlite"):
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
