"""Good and bad files for an hour: does anything grow?

    make soak MINUTES=60           writes benchmarks/results/soak.md and soak.png

Clients send documents to `pdfmill serve`: good ones, damaged ones, hostile ones, some that crash their sandbox, and
some that are cancelled. They look at how each job ends, and delete it. Every half minute they pause, and when the
last job has ended the server is looked at: memory (PSS) and open files of each kind of process, temporary files,
stored files, rows, zombies. A figure's slope is the least-squares line through its samples after a warm-up, with its
standard error. Jobs that are deleted leave no row, so everything should be flat.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import random
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy

from builders import hostile
from builders.pdf import damaged_pdf, encrypted_pdf, photo_pdf, rich_pdf, text_pdf
from pdfmill.client import Client
from pdfmill.core.errors import PdfMillError
from stacks import rehearsal
from stacks.processes import pss_mib
from stacks.stack import Stack, running_stack
from stacks.storm import find_victims

RESULTS = Path(__file__).parent / "results"

#: Part of the run that is left out of the slopes: caches fill, allocators settle.
_WARM_UP = 0.2

#: What the goal allows, in per cent of the mean per hour.
_GOAL = 1.0

#: What a worker and a sandbox still do after a job has ended.
_SETTLES_S = 1.0

_TABLES = ("job", "job_file", "job_event", "periodic_run", "owner_day")


@dataclass(frozen=True)
class Work:
    """A document, what is done to it, and how that has to end; ``cancel`` is the client's."""

    operation: str
    content: bytes
    options: dict[str, Any] = field(default_factory=dict)
    ends: tuple[str, ...] = ("COMPLETED",)
    cancel: bool = False


def make_work(folder: Path) -> list[Work]:
    """The mix: two thirds good, one third bad."""

    def read(build: Callable[..., object], **options: Any) -> bytes:
        path = folder / "document.pdf"
        path.unlink(missing_ok=True)
        build(path, **options)
        return path.read_bytes()

    photo, text, rich = read(photo_pdf, pixels=600), read(text_pdf, pages=5), read(rich_pdf)
    failed, either = ("FAILED",), ("COMPLETED", "FAILED")
    good = [
        Work("compress", photo),
        Work("compress", rich, {"level": "maximum"}),
        Work("compress", text),
        Work("extract-text", text),
        Work("convert", text, {"to": "md"}),
        Work("convert", text, {"to": "png"}),
        Work("convert", rich, {"to": "xlsx"}, ends=either),
        Work("echo", text, {"seconds": 0.2}),
    ]
    bad = [
        Work("compress", read(damaged_pdf), ends=either),
        Work("extract-text", read(encrypted_pdf), ends=failed),
        Work("extract-text", hostile.deflate_bomb(), ends=either),
        Work("compress", hostile.page_tree_in_a_circle(), ends=either),
        Work("convert", hostile.form_that_paints_itself(), {"to": "png"}, ends=either),
        Work("extract-text", hostile.cut_in_half(), ends=either),
        Work("poison", text, ends=failed),
        Work("echo", text, {"seconds": 30}, ends=("CANCELLED",), cancel=True),
    ]
    return [*good, *good, *bad]


class Load:
    """Clients that work through the mix until they are told to stop.

    Attributes:
        ended: How many jobs ended how.
        wrong: Jobs that ended otherwise than they have to.
    """

    def __init__(self, address: str, work: Sequence[Work], clients: int, pause_s: float) -> None:
        self.ended: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._address = address
        self._work = work
        self._pause_s = pause_s
        self._over = threading.Event()
        self._working = [threading.Lock() for _ in range(clients)]
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each client end what it has begun."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait until each client's job has ended, and let none begin another one."""
        with ExitStack() as held:
            for lock in self._working:
                held.enter_context(lock)
            yield

    def _run(self, seed: int) -> None:
        chance = random.Random(seed)
        with Client(self._address) as client, tempfile.TemporaryDirectory() as folder:
            while not self._over.wait(self._pause_s):
                with self._working[seed]:
                    self._do(client, chance.choice(self._work), Path(folder))

    def _do(self, client: Client, work: Work, folder: Path) -> None:
        try:
            job = client.submit(work.operation, work.content, work.options)
        except PdfMillError as error:  # what is no PDF at all is refused at the door
            self.ended[f"refused: {error.code}"] += 1
            return
        if work.cancel:
            time.sleep(0.5)
            with suppress(PdfMillError):
                client.cancel(job.id)
        job = list(client.watch(job.id))[-1]
        self.ended[job.status if job.error is None else f"FAILED: {job.error.code}"] += 1
        if job.status not in work.ends:
            self.wrong.append(f"{work.operation}: {job}")
        if job.status == "COMPLETED" and job.outputs:
            client.download(job, folder / "out").unlink()
        client.delete(job.id)


def sample(stack: Stack) -> dict[str, float]:
    """The server at one moment, by what is counted."""
    found: dict[str, float] = Counter()
    kinds = {pid: kind for kind, pids in find_victims(stack).items() for pid in pids}
    for pid in stack.pids():
        kind = "launcher" if pid == stack.process.pid else kinds.get(pid, "sandbox")
        found[f"memory of {kind}, MiB"] += pss_mib(pid)
        found[f"open files of {kind}"] += _open_files(pid)
        found["zombies"] += _is_zombie(pid)
    data = stack.folder / "data"
    found["temporary files"] = sum(len(list(path.iterdir())) for path in _temporary(stack) if path.is_dir())
    found["stored files"] = sum(1 for path in (data / "files").rglob("*") if path.is_file())
    found["database, MiB"] = sum(path.stat().st_size for path in data.glob("pdfmill.db*")) / 2**20
    with closing(sqlite3.connect(data / "pdfmill.db", timeout=30)) as table:
        found["rows"] = sum(table.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _TABLES)
    return dict(found)


def _temporary(stack: Stack) -> list[Path]:
    data = stack.folder / "data"
    return [Path(stack.environment["TMPDIR"]), data / "spool", data / "files" / "incoming"]


def _open_files(pid: int) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


@dataclass(frozen=True)
class Trend:
    """How a figure went; the slope and its error in its own unit per hour."""

    name: str
    mean: float
    first: float
    last: float
    slope: float
    error: float

    @property
    def per_cent(self) -> float:
        """The slope in per cent of the mean, per hour."""
        return 100 * self.slope / self.mean if self.mean else 0.0

    @property
    def verdict(self) -> str:
        """Whether it is flat; a slope within twice its error cannot be told from none."""
        if abs(self.per_cent) < _GOAL:
            return "flat"
        if abs(self.slope) <= 2 * self.error:
            return "not told from flat"
        return "falls" if self.slope < 0 else "grows"


def trend(name: str, hours: Sequence[float], values: Sequence[float]) -> Trend:
    """Least squares over what comes after the warm-up."""
    start = int(len(values) * _WARM_UP)
    x, y = numpy.array(hours[start:]), numpy.array(values[start:])
    slope, offset = numpy.polyfit(x, y, 1)
    residual = y - (slope * x + offset)
    spread = ((x - x.mean()) ** 2).sum()
    error = float(numpy.sqrt((residual**2).sum() / max(len(x) - 2, 1) / spread))
    edge = max(1, len(y) // 10)
    return Trend(name, float(y.mean()), float(y[:edge].mean()), float(y[-edge:].mean()), float(slope), error)


def plot(hours: Sequence[float], samples: Sequence[dict[str, float]], names: Sequence[str]) -> None:
    """Memory and open files by kind of process, and what is counted otherwise."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(3, 1, figsize=(9, 10), sharex=True)
    minutes = [hour * 60 for hour in hours]
    for axis, (title, belongs) in zip(axes, _PANELS.items(), strict=True):
        for name in filter(belongs, names):
            axis.plot(minutes, [each.get(name, 0) for each in samples], label=name, linewidth=1)
        axis.set_title(title, fontsize=10)
        axis.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        axis.set_ylim(bottom=0)
    axes[-1].set_xlabel("minutes")
    figure.tight_layout()
    figure.savefig(RESULTS / "soak.png", dpi=80)


_PANELS: dict[str, Callable[[str], bool]] = {
    "Memory (PSS)": lambda name: name.startswith("memory"),
    "Open files": lambda name: name.startswith("open files"),
    "Everything else": lambda name: not name.startswith(("memory", "open files")),
}


def report(trends: Sequence[Trend], load: Load, seconds: float, busy: float) -> str:
    """The table."""
    jobs = sum(load.ended.values())
    lines = ["# An hour of good and bad files", ""]
    lines += [
        f"`make soak`: {seconds / 60:.0f} minutes on {os.cpu_count()} cores, Python {platform.python_version()}, "
    ]
    lines[-1] += f"load average at the start {busy:.1f}. {jobs} jobs; {len(load.wrong)} ended otherwise than they must."
    lines += ["", "| what | mean | first tenth | last tenth | slope per hour | ± | % per hour | |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for each in trends:
        figures = (each.mean, each.first, each.last, each.slope, each.error, each.per_cent)
        lines.append(f"| {each.name} | {' | '.join(f'{figure:.2f}' for figure in figures)} | {each.verdict} |")
    lines += ["", "How the jobs ended:", ""]
    lines += [f"- {how}: {count}" for how, count in load.ended.most_common()]
    lines += [f"- WRONG: {each}" for each in load.wrong[:20]]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every-seconds", type=float, default=30)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--pause", type=float, default=0.3, help="Seconds between two jobs of a client.")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    samples: list[dict[str, float]] = []
    hours: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tmp").mkdir(mode=0o777)
        environment = {
            **rehearsal.ENVIRONMENT,
            "TMPDIR": str(folder / "tmp"),
            "PDFMILL_ACCESS__REQUESTS_PER_MINUTE": "0",
        }
        with running_stack(folder, environment) as stack:
            load = Load(stack.address, make_work(folder), options.clients, options.pause)
            started = time.monotonic()
            for number in itertools.count(1):
                if (now := time.monotonic() - started) > options.minutes * 60:
                    break
                hours.append(now / 3600)
                with load.held():
                    time.sleep(_SETTLES_S)
                    samples.append(sample(stack))
                time.sleep(max(0.0, started + number * options.every_seconds - time.monotonic()))
            load.stop()
    names = sorted({name for each in samples for name in each})
    trends = [trend(name, hours, [each.get(name, 0.0) for each in samples]) for name in names]
    text = report(trends, load, options.minutes * 60, busy)
    RESULTS.joinpath("soak.md").write_text(text)
    plot(hours, samples, names)
    print(text)


if __name__ == "__main__":
    main()
