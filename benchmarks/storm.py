"""Kill storms on every set of servers.

    make storm                     writes benchmarks/results/storm.md; three sets, 2,000 jobs and 500 kills each

The storm itself is `tests/stacks/storm.py`, of which the test suite runs a short one. Recovery is the time from a kill
to the next completed job, whichever that is.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import redis

from stacks import rehearsal
from stacks.audit import Audit, audit
from stacks.fleet import running_fleet
from stacks.servers import OwnPostgres, OwnRabbitMQ, OwnRedis, s3_bucket
from stacks.stack import running_stack
from stacks.storm import Storm, rage

RESULTS = Path(__file__).parent / "results" / "storm.md"

SETS = {
    "embedded": "SQLite, private Valkey, disk",
    "redis": "PostgreSQL, Redis, S3; two of each part",
    "rabbitmq": "PostgreSQL, RabbitMQ, S3; two of each part",
}

#: Jobs are hit more than once here; the limit that protects workers from a job must not end an innocent one.
SETTINGS = {**rehearsal.ENVIRONMENT, "PDFMILL_QUEUE__MAX_RUNNING": "{}"}

Blows = dict[str, Callable[[], None]]


@contextmanager
def servers_under_fire(name: str, folder: Path) -> Iterator[tuple[Any, Blows]]:
    """A running set of servers, and what can be done to those that it leans on."""
    if name == "embedded":
        with running_stack(folder, SETTINGS) as stack:
            yield stack, {}
        return
    with ExitStack() as opened:
        database = opened.enter_context(OwnPostgres.started())
        broker = opened.enter_context({"redis": OwnRedis, "rabbitmq": OwnRabbitMQ}[name].started())
        storage = opened.enter_context(s3_bucket())
        environment = {
            **SETTINGS,
            **storage,
            "PDFMILL_DATABASE__URL": database.url.replace("postgresql:", "postgresql+psycopg:"),
            "PDFMILL_BROKER__URL": broker.url,
        }

        def kill_broker() -> None:
            broker.kill()
            broker.start()

        blows: Blows = {"database": database.restart_at_once}
        if name == "redis":
            blows |= {"broker": kill_broker, "broker wiped": lambda: redis.Redis.from_url(broker.url).flushall()}
        yield opened.enter_context(running_fleet(folder, environment)), blows


def run_set(name: str, jobs: int, kills: int, seed: int) -> tuple[Storm, list[str], Audit]:
    """One storm: what happened, which processes were left, and what lies about afterwards."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        server, blows = opened.enter_context(servers_under_fire(name, Path(folder)))
        storm = rage(server, jobs=jobs, kills=kills, seed=seed, between_kills_s=(0.2, 1.0), blows=blows)
        left = server.stop()
        return storm, left, audit(server.data_dirs, server.environment)


def section(name: str, storm: Storm, left: list[str], found: Audit) -> list[str]:
    """The report of one storm."""
    accepted = len(storm.accepted)
    lost = accepted - sum(count for status, count in storm.outcomes.items() if status == "COMPLETED")
    doubled = found.rows - accepted + len(found.twice)
    outcomes = ", ".join(f"{count} {status}" for status, count in sorted(storm.outcomes.items()))
    lines = [f"## {SETS[name]}", ""]
    lines += [f"{accepted} jobs accepted, {len(storm.kills)} kills, {storm.seconds:.0f} s: {outcomes}.", ""]
    lines += [f"Lost: {lost}. Doubled: {doubled}. Wrong bytes: {len(storm.wrong)}. Processes left: {len(left)}. "]
    lines[-1] += f"Files missing: {len(found.missing)}; files left after one sweep, which removed {found.swept}: "
    lines[-1] += f"{len(found.left)}."
    lines += ["", "| killed | times | recovery: median | worst |", "|---|---|---|---|"]
    for kind, count in storm.kills_by_kind.most_common():
        times = storm.recovered_s.get(kind, [0.0])
        lines.append(f"| {kind} | {count} | {statistics.median(times):.2f} s | {max(times):.1f} s |")
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    options = parser.parse_args()
    lines = ["# Kill storms", "", f"`make storm`, seed {options.seed}.", ""]
    for name in options.sets:
        lines += section(name, *run_set(name, options.jobs, options.kills, options.seed))
        RESULTS.write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
