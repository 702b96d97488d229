"""What a server bears that runs for years: a scrape over a million rows, a hundred thousand jobs to purge.

make bench-maintenance        writes benchmarks/results/maintenance.md
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from job_table import Row, double, fill, p, table, timed_ms
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from sqlalchemy import select, update

from pdfmill.api.metrics import JobCollector
from pdfmill.app import Parts
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.models import Job, JobFile
from pdfmill.jobs.retention import purge_expired
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.tally import ATTEMPTS_PUT_BACK, JOB_RUN, JOB_WAIT, JOBS_ENDED, JOBS_SUBMITTED
from stacks.servers import postgres_database

RESULTS = Path(__file__).parent / "results" / "maintenance.md"
ROWS = 1_000_000
EXPIRED = 100_000
_DOUBLED = 6


def main() -> None:
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        rows += measure("SQLite", f"sqlite:///{name}/jobs.db", Path(name), scale)
    with tempfile.TemporaryDirectory() as name, postgres_database() as url:
        rows += measure("PostgreSQL", url, Path(name), scale)
    lines = [f"| {what} | {measured:,.1f} | ≤ {goal:g} |" for what, measured, goal in rows]
    size = f"{int(ROWS * scale):,} rows, {int(EXPIRED * scale):,} expired jobs"
    title = f"# Maintenance\n\n`make bench-maintenance`: {size}.\n"
    RESULTS.write_text("\n".join([title, "| what | measured | goal |", "|---|---|---|", *lines, ""]))
    print(RESULTS.read_text())


def measure(name: str, url: str, folder: Path, scale: float) -> list[Row]:
    """A scrape over all rows, then a purge of some of them with their files."""
    with table(url, folder) as parts:
        fill_files(parts, int(EXPIRED * scale))
        fill(parts.database, int(ROWS * scale) >> _DOUBLED, JobStatus.COMPLETED)
        double(parts.database, _DOUBLED)
        fill(parts.database, 10_000, JobStatus.PENDING)
        count(parts)
        scrapes = timed_ms(lambda: scrape(parts), 50)
        before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        purged = purge_expired(parts.database, parts.storage)
        seconds = time.perf_counter() - started
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert purged.jobs == int(EXPIRED * scale), purged
    return [
        (f"{name}: a scrape, p50 ms", p(scrapes, 50), 50),
        (f"{name}: a scrape, p95 ms", p(scrapes, 95), 50),
        (f"{name}: {purged.jobs:,} expired jobs purged, s", seconds, 60),
        (f"{name}: memory that the purge needed on top, MiB", grown, 64),
    ]


def fill_files(parts: Parts, jobs: int) -> None:
    """Completed jobs past their time, each with a real file; before all others, because doubling copies no files."""
    fill(parts.database, jobs, JobStatus.FAILED)
    with parts.database.write() as session:
        session.execute(update(Job).values(expires_at=utc_now() - timedelta(hours=1)))
        keys = session.scalars(select(JobFile.storage_key)).all()
    (parts.storage.root / "inputs").mkdir(parents=True)  # type: ignore[attr-defined]  # it is the local one
    for key in keys:
        (parts.storage.root / key).write_bytes(b"x")  # type: ignore[attr-defined]


def count(parts: Parts) -> None:
    """As many series as a busy server has."""
    with parts.database.write() as session:
        for operation in (f"operation-{number}" for number in range(16)):
            JOBS_SUBMITTED.add(session, operation)
            for code in (f"code_{number}" for number in range(20)):
                JOBS_ENDED.add(session, operation, "failed", code)
            for reason in ("retry", "crash", "lost", "handed_back"):
                ATTEMPTS_PUT_BACK.add(session, operation, reason)
            for seconds in (0.05, 0.2, 0.5, 2, 5, 20, 50, 200, 500, 2000, 9000):
                JOB_WAIT.add(session, operation, size=seconds)
                JOB_RUN.add(session, operation, size=seconds)


def scrape(parts: Parts) -> None:
    registry = CollectorRegistry(auto_describe=False)
    queues = sorted({operation.queue for operation in parts.registry})
    registry.register(JobCollector(parts.database, queues, parts.settings.data_dir, parts.settings.run_dir))
    assert b"pdfmill_queue_jobs" in generate_latest(registry)


if __name__ == "__main__":
    main()
