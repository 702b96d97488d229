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
from pathlib import Path
from typing import Any

import redis
from job_table import Row, measure_table, p

from pdfmill.client import Client
from pdfmill.jobs.base import utc_now
from stacks import rehearsal
from stacks.fleet import running_small_fleet
from stacks.processes import cpu_s, kill, wait_for
from stacks.servers import OwnRedis, postgres_database, redis_database, s3_bucket
from stacks.stack import Stack, running_stack
from stacks.storm import find_victims

RESULTS = Path(__file__).parent / "results"
HERE = Path(__file__).parent

CONTENT = b"%PDF-1.7\n%figures"

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


def measure_poison(stack: Stack) -> float:
    """The 95th percentile of innocent jobs' times while every tenth job kills its sandbox, as multiple of without."""
    slowest = []
    for every in (0, 10):
        with stack.client() as client:
            jobs = []
            for number in range(100):
                if every and number % every == 0:
                    client.submit("poison", CONTENT, {})
                jobs.append(client.submit("echo", CONTENT, {"seconds": 0.05}).id)
                time.sleep(0.1)
            ended = [list(client.watch(job_id))[-1] for job_id in jobs]
        slowest.append(p([(job.finished_at - job.created_at).total_seconds() for job in ended], 95))
    return slowest[1] / slowest[0]


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
        poisoned = measure_poison(stack)
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
        ("innocent jobs' p95 beside 10 % poison, as multiple", poisoned, 1.5),
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
        if not options.only_table:
            with redis_database() as url:
                bare = measure_bare(url, 2000)
            for part in ("stack", "wiped", "far"):
                (folder / part).mkdir()
            rows += measure_stack(folder / "stack", options.jobs, options.idle_seconds, bare)
            rows.append(("broker wiped to the start of a job it held, s", measure_wiped_broker(folder / "wiped"), 10))
            rows.append(("host lost to next attempt elsewhere, s", measure_other_host(folder / "far"), 35))
            write_results(rows, load)
        rows += measure_table("SQLite", f"sqlite:///{folder}/jobs.db", folder, options.finished)
        write_results(rows, load)
        with postgres_database() as url:
            rows += measure_table("PostgreSQL", url, folder, options.finished)
    write_results(rows, load)


if __name__ == "__main__":
    main()
