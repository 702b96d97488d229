"""``/metrics``, in the text format of Prometheus: what the job table says, and what processes of this host hold."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from pdfmill.api.guard import requires
from pdfmill.core.caller import Scope
from pdfmill.jobs.database import Database
from pdfmill.jobs.queue import QueueState, queue_states
from pdfmill.jobs.tally import COUNTS, DISTRIBUTIONS, Count, Distribution, Tally
from pdfmill.worker.processes import parts_in_use

_PREFIX = "pdfmill_"


def metric_routes(database: Database, queues: Sequence[str], data_dir: Path, run_dir: Path) -> Blueprint:
    """``/metrics``."""
    blueprint = Blueprint("metrics", __name__)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(JobCollector(database, queues, data_dir, run_dir))
    for collector in (ProcessCollector, PlatformCollector, GCCollector):  # of this process of the web server
        collector(registry=registry)

    @blueprint.get("/metrics")
    @requires(Scope.METRICS_READ)
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint


class JobCollector(Collector):
    """Reads the database, and the processes of this host, once for each scrape."""

    def __init__(self, database: Database, queues: Sequence[str], data_dir: Path, run_dir: Path) -> None:
        self._database = database
        self._queues = queues
        self._data_dir = data_dir
        self._run_dir = run_dir

    def collect(self) -> Iterator[Metric]:
        """Everything that pdfmill itself measures."""
        tally = Tally(self._database)
        for count in COUNTS:
            yield _counter(count, tally)
        for distribution in DISTRIBUTIONS:
            yield _histogram(distribution, tally)
        yield from _queues(queue_states(self._database, self._queues))
        yield _disk(self._data_dir)
        yield from _parts(self._run_dir)


def _counter(count: Count, tally: Tally) -> Metric:
    family = CounterMetricFamily(_PREFIX + count.name, count.help, labels=count.labels)
    for values, total in tally.of(count).items():
        family.add_metric(values, total)
    return family


def _histogram(distribution: Distribution, tally: Tally) -> Metric:
    family = HistogramMetricFamily(_PREFIX + distribution.name, distribution.help, labels=distribution.labels)
    for values, classes, total in tally.classes_of(distribution):
        ends = [("+Inf" if end == float("inf") else str(end), so_far) for end, so_far in classes]
        family.add_metric(values, ends, total)
    return family


def _queues(states: dict[str, QueueState]) -> Iterator[Metric]:
    jobs = GaugeMetricFamily(_PREFIX + "queue_jobs", "Jobs in a queue, by state.", labels=("queue", "status"))
    oldest = GaugeMetricFamily(
        _PREFIX + "queue_oldest_seconds", "Age of the job that waits longest; 0 if none waits.", labels=("queue",)
    )
    for queue, state in states.items():
        jobs.add_metric((queue, "pending"), state.pending)
        jobs.add_metric((queue, "processing"), state.processing)
        oldest.add_metric((queue,), state.oldest_s)
    yield jobs
    yield oldest


def _disk(data_dir: Path) -> Metric:
    family = GaugeMetricFamily(
        _PREFIX + "disk_bytes", "Space on the disk of the data directory, as this host sees it.", labels=("state",)
    )
    usage = shutil.disk_usage(data_dir)
    family.add_metric(("free",), usage.free)
    family.add_metric(("total",), usage.total)
    return family


def _parts(run_dir: Path) -> Iterator[Metric]:
    def gauge(name: str, what: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(_PREFIX + name, f"{what} of a part of pdfmill on this host.", labels=("part",))

    processes, open_files = gauge("processes", "Processes"), gauge("open_files", "Open files")
    memory = gauge("memory_bytes", "Proportional memory")
    for use in parts_in_use(run_dir):
        processes.add_metric((use.part,), use.processes)
        memory.add_metric((use.part,), use.memory_bytes)
        open_files.add_metric((use.part,), use.open_files)
    yield from (processes, memory, open_files)
