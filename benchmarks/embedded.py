"""The embedded stack: idle cost, latency of a one-page job, and a storm of jobs while parts are killed.

    make bench-embedded            writes benchmarks/results/embedded.md

Memory is proportional (PSS), summed over all processes of the stack; processor time is read from the kernel.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pikepdf

from pdfmill.client import Client
from pdfmill.core.errors import ServerUnreachable

RESULTS = Path(__file__).parent / "results" / "embedded.md"
VICTIMS = ("celery", "gunicorn", "valkey-server", "reconciler", "bwrap")


class Stack:
    """`pdfmill serve` on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.log = (folder / "serve.log").open("wb")
        words = [sys.executable, "-m", "pdfmill", "serve", "--port", str(port), "--data-dir", str(folder / "data")]
        started = time.monotonic()
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log)
        while b"pdfmill is ready" not in (folder / "serve.log").read_bytes():
            time.sleep(0.02)
            if self.process.poll() is not None:
                raise SystemExit((folder / "serve.log").read_text())
        self.ready_s = time.monotonic() - started

    def pids(self) -> list[int]:
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    waiting += [int(word) for word in task.read_text().split()]
                except OSError:
                    continue
        return found

    def stop(self) -> float:
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.log.close()
        return time.monotonic() - started


def pss_mib(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return int(text.split("Pss:")[1].split()[0]) / 1024


def cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def document(folder: Path, pages: int) -> Path:
    path = folder / f"{pages}.pdf"
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(path)
    return path


def measure_idle(stack: Stack, seconds: float) -> tuple[float, float]:
    """(per cent of one core, MiB of PSS)."""
    time.sleep(3)
    pids = stack.pids()
    before, started = sum(map(cpu_s, pids)), time.monotonic()
    time.sleep(seconds)
    used = sum(map(cpu_s, pids)) - before
    return used / (time.monotonic() - started) * 100, sum(map(pss_mib, pids))


def measure_latency(stack: Stack, source: Path, count: int) -> list[float]:
    """Milliseconds from submit to seeing COMPLETED, one job after the other."""
    taken = []
    with Client(stack.address) as client:
        for _ in range(count + 3):
            started = time.monotonic()
            job = client.job(client.submit("compress", source, {}).id, wait=20)
            taken.append((time.monotonic() - started) * 1000)
            if job.status != "COMPLETED":
                raise SystemExit(f"a job ended as {job}")
    return taken[3:]  # the first ones set up connections


def storm(stack: Stack, folder: Path, count: int, clients: int, seed: int) -> dict[str, object]:
    """Submit from several clients at once while parts are killed; check each result by its page count."""
    chance = random.Random(seed)
    sources = [document(folder, pages) for pages in range(1, count + 1)]
    accepted: dict[Path, str] = {}
    started = time.monotonic()

    def submit_all(number: int) -> None:
        with Client(stack.address) as client:
            for source in sources[number::clients]:
                while source not in accepted:
                    try:
                        accepted[source] = client.submit("compress", source, {}, idempotency_key=source.name).id
                    except ServerUnreachable:
                        time.sleep(0.2)

    threads = [threading.Thread(target=submit_all, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    kills = _kill_parts(stack, threads, chance)
    for thread in threads:
        thread.join()
    outcomes, wrong = _check_results(stack, folder, accepted)
    return {
        "accepted": len(accepted),
        "kills": kills,
        "outcomes": outcomes,
        "wrong results": wrong,
        "seconds": round(time.monotonic() - started, 1),
    }


def _kill_parts(stack: Stack, submitting: list[threading.Thread], chance: random.Random) -> int:
    """Kill -9 one part after the other while jobs are submitted and worked on; returns how many were killed."""
    kills = 0
    while kills < 2 * len(VICTIMS) or (kills < 4 * len(VICTIMS) and any(each.is_alive() for each in submitting)):
        time.sleep(chance.uniform(0.2, 0.8))
        name = VICTIMS[kills % len(VICTIMS)]
        if pids := [pid for pid in stack.pids() if name in _command(pid)]:
            os.kill(chance.choice(pids), signal.SIGKILL)
            kills += 1
    return kills


def _check_results(stack: Stack, folder: Path, accepted: dict[Path, str]) -> tuple[dict[str, int], int]:
    """How the jobs ended, and how many got another one's result."""
    outcomes: dict[str, int] = {}
    wrong = 0
    with Client(stack.address) as client:
        for source, job_id in accepted.items():
            job = list(client.watch(job_id))[-1]
            outcomes[job.status] = outcomes.get(job.status, 0) + 1
            if job.status == "COMPLETED":
                with pikepdf.open(client.download(job, folder / "out.pdf")) as pdf:
                    wrong += len(pdf.pages) != int(source.stem)
                (folder / "out.pdf").unlink()
    return outcomes, wrong


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle-seconds", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stack = Stack(folder)
        idle_percent, idle_mib = measure_idle(stack, options.idle_seconds)
        latencies = sorted(measure_latency(stack, document(folder, 1), 50))
        stormed = storm(stack, folder, options.jobs, clients=8, seed=options.seed)
        stopped_s = stack.stop()
    rows = [
        ("start to ready", f"{stack.ready_s:.1f} s", "seconds"),
        ("idle processor time", f"{idle_percent:.2f} % of a core", "< 1 %"),
        ("idle memory (PSS, all processes)", f"{idle_mib:.0f} MiB", "< 320 MB"),
        ("submit to COMPLETED, one page, median of 50", f"{statistics.median(latencies):.0f} ms", "< 300 ms"),
        ("the same, 95th percentile", f"{latencies[int(len(latencies) * 0.95)]:.0f} ms", ""),
        *((f"storm: {name}", str(value), "") for name, value in stormed.items()),
        ("Ctrl-C to everything gone", f"{stopped_s:.1f} s", "< 10 s"),
    ]
    lines = ["# The embedded stack", "", "| what | measured | goal |", "|---|---|---|"]
    lines += [f"| {what} | {measured} | {goal} |" for what, measured, goal in rows]
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
