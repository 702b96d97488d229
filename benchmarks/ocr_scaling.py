"""How OCR of a long scan scales with the processors that are given to it.

    make bench-ocr-scaling              writes benchmarks/results/ocr_scaling.md

Wall time says it where nothing else runs. Where something does, the processor time of each process says it: pages are
read side by side, all else one after another, so that a job lasts as long as its first process and the busiest of the
others together have to work.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import img2pdf
from ocr import rendered

RESULTS = Path(__file__).parent / "results" / "ocr_scaling.md"
#: Pages that differ; a document repeats them.
DIFFERENT = 10
#: Seconds between two looks at what the processes have used.
LOOK_EVERY_S = 0.1


@dataclass(frozen=True)
class Job:
    """What a job took.

    Attributes:
        wall_s: From the start of the program to its end.
        first_s: Processor time of the first process, which loads, plans and writes.
        readers_s: Processor time of each process that read pages.
        load: Of the machine, at the end.
    """

    processors: int
    wall_s: float
    first_s: float
    readers_s: tuple[float, ...]
    load: float

    @property
    def cpu_s(self) -> float:
        return self.first_s + sum(self.readers_s)

    @property
    def alone_s(self) -> float:
        """How long the job would last with its processors for itself."""
        return self.first_s + max(self.readers_s)


def job(source: Path, target: Path, processors: int) -> Job:
    """OCR of a document, as the sandbox runs it, on some of this machine's processors."""
    target.mkdir()
    options = json.dumps({"to": ["pdf", "txt"], "languages": ["eng"], "engine": "tesseract"})
    numbers = ",".join(map(str, sorted(os.sched_getaffinity(0))[:processors]))
    program = [sys.executable, Path(__file__).with_name("ocr.py"), "--one", source, target, options]
    began = time.monotonic()
    process = subprocess.Popen(["taskset", "-c", numbers, *map(str, program)])
    used: dict[int, float] = {}
    while process.poll() is None:
        used |= {pid: cpu_of(pid) for pid in (process.pid, *children_of(process.pid))}
        time.sleep(LOOK_EVERY_S)
    wall_s = time.monotonic() - began
    if process.returncode != 0 or not (target / "recognised.pdf").exists():
        sys.exit(f"OCR with {processors} processors failed.")
    first_s = used.pop(process.pid)
    return Job(processors, wall_s, first_s, tuple(used.values()), os.getloadavg()[0])


def children_of(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:  # it has ended
        return []


def cpu_of(pid: int) -> float:
    """Processor seconds that a process has used (proc(5): fields 14 and 15 of its stat); 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def by_wall_time(one: Job, other: Job) -> str:
    """Scaling as the clock tells it; a dash where something else ran besides."""
    if any(each.load > each.processors + 1 for each in (one, other)):
        return "–"
    return f"{one.wall_s / other.wall_s / other.processors:.2f}"


def report(jobs: list[Job], pages: int) -> str:
    one = jobs[0]
    rows = [
        f"| {each.processors} | {each.wall_s:.1f} | {each.load:.1f} | {each.cpu_s:.1f} | {each.first_s:.1f} "
        f"| {', '.join(f'{part:.1f}' for part in each.readers_s)} | {each.alone_s:.1f} "
        f"| {one.alone_s / each.alone_s / each.processors:.2f} | {by_wall_time(one, each)} |"
        for each in jobs
    ]
    about = (
        f"{pages} pages of A4 at 200 dpi to a searchable PDF and text, start of the program included; "
        f"{os.cpu_count()} processors in the machine."
    )
    meaning = (
        "The longest way is the processor time of the first process and of the busiest reader: what the job lasts with "
        "its processors for itself. Scaling is how much of a further processor shortens it, 1 being all of it; by wall "
        "time it is left out where other programs had the processors as well, as the load tells."
    )
    head = (
        "| processors | wall, s | load | processor time, s | of it the first process | of it each reader | "
        "longest way, s | scaling per core | scaling by wall time |"
    )
    table = "\n".join([head, "|---" * 9 + "|", *rows])
    return "\n\n".join(["# OCR of a long scan on one and on more processors", about, meaning, table]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    pages = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.pdf"
        images = [rendered(f"page {seed}", seed).png for seed in range(min(pages, DIFFERENT))]
        with source.open("wb") as file:
            img2pdf.convert([images[page % len(images)] for page in range(pages)], outputstream=file)
        counts = range(1, len(os.sched_getaffinity(0)) + 1)
        jobs = [job(source, Path(folder) / str(count), count) for count in counts]
    RESULTS.write_text(report(jobs, pages))
    print(RESULTS.read_text())


if __name__ == "__main__":
    main()
