"""Conversion previews: time of a look and of a thumbnail, and whether expected times and sizes come true on a server.

    make bench-preview CORPUS=folder        writes benchmarks/results/preview.md

Real jobs run through `pdfmill serve`, one after the other: the folder's documents in ``convert``, ``tables`` and
``compress``, to each target, in an order that is drawn by lot. Before each job its preview is asked for; what it
expected is compared with what the job took in its sandbox, waiting not included, and made.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from embedded import Stack

from pdfmill.client import Client
from pdfmill.core.context import Context
from pdfmill.core.errors import PdfMillError
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.services.preview.service import PreviewService

RESULTS = Path(__file__).parent / "results" / "preview.md"
TARGETS = ("md", "html", "xlsx", "png", "jpeg", "pdfa")
#: Jobs of a kind that were seen before expectations count.
SEEN = 20
MOST_PAGES = 20


def look_times(paths: list[Path]) -> tuple[float, float, int]:
    """Milliseconds of processor time a page for a look and for a thumbnail, and how many documents were read."""
    look_s = thumbnail_s = 0.0
    pages = thumbnails = read = 0
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            ctx = Context(Path(folder))
            try:
                started = time.process_time()
                preview = PreviewService().preview(path, None, 150, None, ctx)
                looked = time.process_time()
                few = preview.seen.page_indices[:MOST_PAGES]
                PreviewService().draw_thumbnails(path, few, 200, "page", ctx)
            except PdfMillError:
                continue
            look_s, thumbnail_s = look_s + looked - started, thumbnail_s + time.process_time() - looked
            pages, thumbnails, read = pages + preview.page_count, thumbnails + len(few), read + 1
    return look_s / pages * 1000, thumbnail_s / thumbnails * 1000, read


def few_pages(path: Path) -> str | None:
    """The page range of the first pages of a long document; None for all of a short one."""
    try:
        with open_pdf(path) as pdf:
            return f"1-{MOST_PAGES}" if len(pdf.pages) > MOST_PAGES else None
    except PdfMillError:
        return None


def newest_run(database: Path) -> tuple[float, int]:
    """Seconds and output bytes of the job that ended last."""
    with closing(sqlite3.connect(database)) as connection:
        row = connection.execute("SELECT wall_s, output_bytes FROM past_run ORDER BY id DESC LIMIT 1").fetchone()
    return float(row[0]), int(row[1])


def ratios(paths: list[Path], jobs: int, seed: int) -> dict[str, list[tuple[float, float]]]:
    """By target: (expected seconds / real ones, expected bytes / real ones) of each job after the first ones."""
    chance = random.Random(seed)
    pairs = [(path, to) for path in paths for to in TARGETS]
    chance.shuffle(pairs)
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stack = Stack(folder)
        database = next((folder / "data").rglob("*.db"))
        with Client(stack.address) as client:
            for path, to in pairs[:jobs]:
                options: dict[str, object] = {"to": to} | ({"pages": few} if (few := few_pages(path)) else {})
                try:
                    told = client.run("convert-preview", path, folder / "t.zip", **options, thumbnails=1)
                    (folder / "t.zip").unlink()
                    client.run("convert", path, folder / "out", **options)
                    (folder / "out").unlink()
                except PdfMillError:
                    continue
                expected = (told.result or {}).get("expected")
                if expected is not None and expected["jobs_seen"] >= SEEN:
                    seconds, size = newest_run(database)
                    found[to].append((expected["seconds"] / seconds, expected["output_bytes"] / size))
        stack.stop()
    return found


def within(values: list[float], factor: float) -> float:
    return sum(1 / factor <= value <= factor for value in values) / len(values) * 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    paths = sorted(path for part in ("convert", "tables", "compress") for path in options.folder.glob(f"{part}/*.pdf"))
    look_ms, thumbnail_ms, read = look_times(paths)
    lines = [
        "# Conversion previews",
        "",
        f"{read} documents, processor time; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}. A look takes "
        f"{look_ms:.1f} ms a page (goal: 5), a thumbnail {thumbnail_ms:.1f} ms (goal: 10).",
        "",
        f"Jobs on a server, one after the other, at most {MOST_PAGES} pages of each document; those of a kind of which "
        f"{SEEN} were seen before:",
        "",
        "| target | jobs | time within a factor 2 | median ratio | size within a factor 2 | median ratio |",
        "|---|---|---|---|---|---|",
    ]
    found = ratios(paths, options.jobs, options.seed)
    everything = [pair for pairs in found.values() for pair in pairs]
    for name, pairs in (*sorted(found.items()), *((("**all**", everything),) if everything else ())):
        times, sizes = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        lines.append(
            f"| {name} | {len(pairs)} | {within(times, 2):.0f} % | {statistics.median(times):.2f} | "
            f"{within(sizes, 2):.0f} % | {statistics.median(sizes):.2f} |"
        )
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
