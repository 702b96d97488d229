"""The job engine in figures, each beside its goal; bare Celery on Redis runs on the same machine in the same minutes.

make bench-jobs                writes benchmarks/results/jobs.md and jobs.svg
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import insert, select, text

from pdfmill.client import Client
from pdfmill.config.settings import QueueSettings, load_settings
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, JobFile, new_job_id, utc_now
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.schema import upgrade
from pdfmill.jobs.service import JobService
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import LocalStorage
from stacks import rehearsal
from stacks.fleet import running_small_fleet
from stacks.processes import cpu_s, kill, wait_for
from stacks.servers import OwnRedis, postgres_database, redis_database, s3_bucket
from stacks.stack import Stack, running_stack
from stacks.storm import find_victims

RESULTS = Path(__file__).parent / "results"
HERE = Path(__file__).parent

CONTENT = b"%PDF-1.7\n%figures"

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


# The table alone: how it bears many rows.


@contextmanager
def table(url: str, folder: Path) -> Iterator[tuple[Database, JobService]]:
    """An empty job table."""
    upgrade(url)
    database = Database(url)
    storage = LocalStorage(folder / "files", min_free_bytes=0)
    service = JobService(database, storage, _Silent(), retention=timedelta(hours=1), queue=QueueSettings())
    try:
        yield database, service
    finally:
        database.close()


class _Silent:
    """A dispatcher whose hints nobody hears."""

    def dispatch(self, job_id: str, operation: str) -> bool:
        return True

    def messages_in(self, queue: str) -> int | None:
        return 0


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
    policy = JobPolicy.of(load_settings())
    with table(url, folder) as (database, service):

        def claim() -> None:
            assert claim_next(database, policy, "extraction", this_owner()) is not None

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


# Bare Celery on Redis.


@contextmanager
def bare_celery(url: str) -> Iterator[redis.Redis]:
    """A worker of two processes with a task that only writes down when it began."""
    environment = {**os.environ, "BARE_CELERY_BROKER": url, "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "bare_celery", "worker", "-c", "2", "-l", "ERROR"]
    command += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    worker = subprocess.Popen(command, env=environment)
    connection = redis.Redis.from_url(url)
    try:
        yield connection
    finally:
        worker.terminate()
        worker.wait()
        connection.close()


def measure_bare(url: str, jobs: int) -> tuple[float, float]:
    """(median milliseconds from submission to the start of the task, no-op tasks a second)."""
    os.environ["BARE_CELERY_BROKER"] = url
    from bare_celery import app, note_start

    latencies = []
    with bare_celery(url) as connection:
        for _ in range(60):
            submitted = time.monotonic()
            note_start.apply_async()
            _, began = connection.blpop(["began"], timeout=30)
            latencies.append((float(began) - submitted) * 1000)
            time.sleep(0.05)
        started = time.monotonic()
        for _ in range(jobs):
            note_start.apply_async()
        wait_for(lambda: connection.llen("began") == jobs, 120)
        rate = jobs / (max(float(each) for each in connection.lrange("began", 0, -1)) - started)
        connection.delete("began")
    app.close()
    return p(latencies[10:], 50), rate


# The whole stack.


def measure_latency(stack: Stack) -> tuple[float, float]:
    """(p50, p95) milliseconds from accepting a job to its claim, one job at a time."""
    taken = []
    with stack.client() as client:
        for _ in range(70):
            done = list(client.watch(client.submit("echo", CONTENT, {}).id))[-1]
            taken.append((done.started_at - done.created_at).total_seconds() * 1000)
            time.sleep(0.05)
    return p(taken[10:], 50), p(taken[10:], 95)


def measure_throughput(stack: Stack, jobs: int) -> float:
    """Jobs a second through the whole pipeline: accepted durably, sandboxed, published, completed."""
    import threading

    def submit(number: int) -> None:
        with stack.client() as client:
            for _ in range(jobs // 4):
                client.submit("echo", CONTENT, {})

    clients = [threading.Thread(target=submit, args=(number,)) for number in range(4)]
    started = utc_now()
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    with stack.client() as client:
        wait_for(lambda: not client.jobs(status="PENDING").items and not client.jobs(status="PROCESSING").items, 300)
        last = max(job.finished_at for job in client.jobs(limit=200).items)
    return jobs / (last - started).total_seconds()


def seconds_to_next_attempt(server: Any, hurt: Callable[[], None]) -> float:
    """From the blow to the next attempt at the job that it hit."""
    with server.client() as client:
        job = client.submit("echo", CONTENT, {"seconds": 120})
        wait_for(lambda: client.job(job.id).status == "PROCESSING")
        time.sleep(0.5)
        hurt()
        started = time.monotonic()
        wait_for(lambda: _attempt(client, job.id) == 2, 120)
        taken = time.monotonic() - started
        client.cancel(job.id)
        list(client.watch(job.id))
    return taken


def _attempt(client: Client, job_id: str) -> int:
    job = client.job(job_id)
    return job.attempt if job.status == "PROCESSING" else 0


def kill_all(server: Any, kind: str) -> None:
    """Kill every process of a kind."""
    for pid in find_victims(server)[kind]:
        kill(pid)


def measure_idle(stack: Stack, seconds: float) -> float:
    """Per cent of one core."""
    time.sleep(3)
    pids = stack.pids()
    before, started = sum(map(cpu_s, pids)), time.monotonic()
    time.sleep(seconds)
    return (sum(map(cpu_s, pids)) - before) / (time.monotonic() - started) * 100


def measure_wiped_broker(folder: Path) -> float:
    """Seconds from wiping the broker to the start of a job whose hint was in it."""
    with (
        OwnRedis.started() as broker,
        running_stack(folder, {**rehearsal.ENVIRONMENT, "PDFMILL_BROKER__URL": broker.url}) as stack,
        stack.client() as client,
    ):
        hogs = [client.submit("echo", CONTENT, {"seconds": 3}) for _ in range(2)]
        wait_for(lambda: all(client.job(hog.id).status == "PROCESSING" for hog in hogs))
        waiting = client.submit("echo", CONTENT, {})
        redis.Redis.from_url(broker.url).flushall()
        for hog in hogs:
            list(client.watch(hog.id))
        freed = time.monotonic()
        list(client.watch(waiting.id))
        return time.monotonic() - freed


def measure_other_host(folder: Path) -> float:
    """Seconds from the death of a host to the next attempt on another one."""
    with postgres_database() as database, redis_database() as broker, s3_bucket() as storage:
        environment = {
            **rehearsal.ENVIRONMENT,
            **storage,
            "PDFMILL_DATABASE__URL": database,
            "PDFMILL_BROKER__URL": broker,
        }
        with running_small_fleet(folder, environment) as fleet:
            fleet.stop_part("worker")
            fleet.start_worker("far-worker", host="elsewhere")
            fleet.wait_until_up()

            def lose_host() -> None:
                victims = fleet.part_pids("far-worker")
                fleet.start_worker()
                for pid in victims:
                    kill(pid)
                fleet.stop_part("far-worker")

            return seconds_to_next_attempt(fleet, lose_host)


def measure_stack(folder: Path, jobs: int, idle_s: float, bare: tuple[float, float]) -> list[Row]:
    """What `pdfmill serve` does."""
    with running_stack(folder, rehearsal.ENVIRONMENT) as stack:
        idle = measure_idle(stack, idle_s)
        median, slow = measure_latency(stack)
        rate = measure_throughput(stack, jobs)
        child = statistics.median(
            seconds_to_next_attempt(stack, lambda: kill_all(stack, "worker child")) for _ in range(3)
        )
        time.sleep(12)  # so that it counts as having started well
        parent = seconds_to_next_attempt(stack, lambda: kill_all(stack, "worker"))
    return [
        ("idle processor time, % of a core", idle, 1),
        ("submission to claim, p50 ms", median, 10),
        ("submission to claim, p95 ms", slow, 30),
        ("bare Celery on Redis: submission to task, p50 ms", bare[0], 0),
        ("whole pipeline, jobs/s", rate, 0),
        ("bare Celery on Redis: no-ops/s", bare[1], 0),
        ("worker child killed to next attempt, s", child, 1),
        ("worker killed to next attempt, s", parent, 5),
    ]


def write_results(rows: list[Row], load: float) -> None:
    """The table."""
    lines = ["# The job engine", "", f"`make bench-jobs` on 2 cores; load average at the start {load:.1f}.", ""]
    lines += ["| what | measured | goal |", "|---|---|---|"]
    lines += [f"| {what} | {measured:.2f} | {f'≤ {goal:g}' if goal else ''} |" for what, measured, goal in rows]
    plot(rows)
    (RESULTS / "jobs.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def plot(rows: list[Row]) -> None:
    """A bar for each figure that has a goal: how much of the goal it uses."""
    shown = [(what, measured / goal) for what, measured, goal in rows if goal]
    height, width, left = 22, 900, 470
    bars = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * (len(shown) + 2)}" ']
    bars[0] += (
        'font-family="sans-serif" font-size="12"><text x="4" y="16">share of the goal used; the line is the goal</text>'
    )
    for number, (what, share) in enumerate(shown, start=1):
        y = number * height
        colour = "#2a7" if share <= 1 else "#c43"
        length = min(share, 2) * 200
        bars.append(f'<rect x="{left}" y="{y + 4}" width="{length:.0f}" height="14" fill="{colour}"/>')
        bars.append(f'<text x="4" y="{y + 16}">{what}</text>')
        bars.append(f'<text x="{left + length + 4:.0f}" y="{y + 16}">{share:.2f}</text>')
    bars.append(
        f'<line x1="{left + 200}" x2="{left + 200}" y1="{height}" y2="{height * (len(shown) + 1)}" stroke="#000"/>'
    )
    (RESULTS / "jobs.svg").write_text("\n".join([*bars, "</svg>"]) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=400)
    parser.add_argument("--finished", type=int, default=1_000_000)
    parser.add_argument("--idle-seconds", type=float, default=30)
    parser.add_argument("--only-table", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows += measure_table("SQLite", f"sqlite:///{folder}/jobs.db", folder, options.finished)
        with postgres_database() as url:
            rows += measure_table("PostgreSQL", url, folder, options.finished)
        if not options.only_table:
            with redis_database() as url:
                bare = measure_bare(url, 2000)
            for part in ("stack", "wiped", "far"):
                (folder / part).mkdir()
            rows += measure_stack(folder / "stack", options.jobs, options.idle_seconds, bare)
            rows.append(("broker wiped to the start of a job it held, s", measure_wiped_broker(folder / "wiped"), 10))
            rows.append(("host lost to next attempt elsewhere, s", measure_other_host(folder / "far"), 35))
    write_results(rows, load)


if __name__ == "__main__":
    main()
