"""The job table alone: how it bears many rows. Part of `jobs.py`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from pdfmill.app import Parts
from pdfmill.config.settings import load_settings
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.base import new_job_id, utc_now
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, JobFile
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.schema import upgrade
from pdfmill.jobs.status import JobStatus

#: What, measured, goal; the last two in the unit that ``what`` names.
Row = tuple[str, float, float]

_BATCH = 10_000

#: How often the finished jobs are doubled, which is faster than to send each.
_DOUBLED = 6


def p(values: list[float], percent: int) -> float:
    """A percentile."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def timed_ms(call: Callable[[], Any], times: int) -> list[float]:
    """Milliseconds of each of so many calls."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


@contextmanager
def table(url: str, folder: Path) -> Iterator[Parts]:
    """An empty job table, and what works on it."""
    upgrade(url)
    parts = Parts(load_settings(data_dir=folder, database={"url": url}, storage={"min_free_mib": 0}))
    try:
        yield parts
    finally:
        parts.database.close()


def fill(
    database: Database, count: int, status: JobStatus, *, age: timedelta = timedelta(0), clients: int = 10
) -> None:
    """So many jobs, each with an input file, submitted one a second."""
    now = utc_now() - age
    for start in range(0, count, _BATCH):
        jobs, files = [], []
        for number in range(start, min(start + _BATCH, count)):
            when = now - timedelta(seconds=count - number)
            job_id = new_job_id()
            jobs.append(
                {
                    "id": job_id,
                    "operation": "echo",
                    "queue": "extraction",
                    "options": {},
                    "client": f"client {number % clients}",
                    "turn": number // clients,
                    "status": status,
                    "created_at": when,
                    "not_before": when,
                    "next_hint_at": now + timedelta(hours=1),
                    "expires_at": now + timedelta(hours=1),
                }
            )
            files.append(
                {
                    "job_id": job_id,
                    "role": "input",
                    "name": "in.pdf",
                    "media_type": "application/pdf",
                    "size_bytes": 1,
                    "sha256": "0" * 64,
                    "storage_key": f"inputs/{job_id}",
                }
            )
        with database.write(durable=False) as session:
            session.execute(insert(Job), jobs)
            session.execute(insert(JobFile), files)


def double(database: Database, times: int) -> None:
    """Twice as many finished jobs, so many times; the new ones have no files."""
    columns = Job.__table__.columns
    for _ in range(times):
        with database.write(durable=False) as session:
            on_postgres = session.get_bind().dialect.name == "postgresql"
            new_id = text("md5(random()::text)" if on_postgres else "lower(hex(randomblob(16)))")
            rows = select(*(new_id if column.name == "id" else column for column in columns))
            rows = rows.where(Job.status == JobStatus.COMPLETED)
            session.execute(insert(Job).from_select([column.name for column in columns], rows))
    with database.write() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))  # as its own housekeeping does within minutes


def measure_table(name: str, url: str, folder: Path, finished: int) -> list[Row]:
    """Claims and lists in an empty table, with 10,000 waiting, with very many finished."""
    with table(url, folder) as parts:
        database, service = parts.database, parts.jobs

        def claim() -> None:
            assert claim_next(database, parts.policy, "extraction", this_owner()) is not None

        def list_page() -> None:
            service.list_jobs(limit=50)

        fill(database, 220, JobStatus.PENDING)
        timed_ms(claim, 20)
        claims, lists = timed_ms(claim, 200), timed_ms(list_page, 100)
        fill(database, 10_000, JobStatus.PENDING)
        crowded_claims, crowded_lists = timed_ms(claim, 200), timed_ms(list_page, 100)
        fill(database, finished >> _DOUBLED, JobStatus.COMPLETED, age=timedelta(days=30))
        double(database, _DOUBLED)
        fill(database, 1000, JobStatus.COMPLETED)
        long_lists = timed_ms(list_page, 100)
        by_status = timed_ms(lambda: service.list_jobs(status=JobStatus.COMPLETED, limit=50), 100)
    return [
        (
            f"{name}: claim with 10,000 waiting, p95 as multiple of an empty queue's",
            p(crowded_claims, 95) / p(claims, 95),
            2,
        ),
        (f"{name}: list with 10,000 waiting, p95 as multiple", p(crowded_lists, 95) / p(lists, 95), 2),
        (f"{name}: claim, p50 ms", p(claims, 50), 10),
        (f"{name}: page of 50 of {finished:,} finished jobs, p95 ms", p(long_lists, 95), 20),
        (f"{name}: the same by status, p95 ms", p(by_status, 95), 20),
    ]
