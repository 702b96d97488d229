"""Compress a folder of documents with pdfmill and with every peer that is installed, and judge all outputs alike.

make bench-compression CORPUS=folder      writes benchmarks/results/compression.md and compression.png

With --keep FOLDER what each tool did is kept there, and a tool that is found there is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from compression_judge import Verdict, judge
from compression_large import measure_large

RESULTS = Path(__file__).parent / "results"

LEVELS = ("low", "medium", "high", "maximum")

#: Peers by the program that has to be there, and the command; {source} and {target} are the files.
PEERS = {
    "gs /ebook": ("gs", "gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=pdfwrite -dPDFSETTINGS=/ebook -o {target} {source}"),
    "gs /screen": (
        "gs",
        "gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=pdfwrite -dPDFSETTINGS=/screen -o {target} {source}",
    ),
    "qpdf": ("qpdf", "qpdf --object-streams=generate --compression-level=9 --recompress-flate {source} {target}"),
    "mutool": ("mutool", "mutool clean -gggg -z -f -i -s {source} {target}"),
    "ocrmypdf -O3": (
        "ocrmypdf",
        "ocrmypdf --ocr-engine none --skip-text --output-type pdf -O3 -q {source} {target}",
    ),
}


@dataclass(frozen=True)
class Run:
    """One document through one tool.

    Attributes:
        ratio: Output size divided by input size; 1 where there is no output.
        cpu_s, wall_s, peak_mib: Of the process and its children.
        verdict: None where there is no output to judge.
    """

    tool: str
    document: str
    input_bytes: int
    ratio: float
    cpu_s: float
    wall_s: float
    peak_mib: float
    verdict: Verdict | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tools", default="", help="only these, separated by commas")
    parser.add_argument("--keep", type=Path, help="folder for the results of each tool")
    parser.add_argument("--large", action="store_true", help="also a document of 1,000 pages and 300 MB")
    options = parser.parse_args()
    documents = sorted(options.folder.glob("*.pdf"))
    wanted = set(options.tools.split(",")) if options.tools else None
    tools = {name: tool for name, tool in _tools().items() if wanted is None or name in wanted}
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            run
            for name, tool in tools.items()
            for run in _kept(options.keep, name, lambda: _run_all(name, tool, documents, Path(folder)))  # noqa: B023
        ]
    lines = _report(runs, list(tools), len(documents))
    if options.large:
        lines += ["", *measure_large()]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "compression.md").write_text("\n".join(lines) + "\n")
    _plot(runs, list(tools))
    print("\n".join(lines))


def _tools() -> dict[str, Callable[[Path, Path], None]]:
    tools: dict[str, Callable[[Path, Path], None]] = {}
    for name, (program, command) in PEERS.items():
        if shutil.which(program):
            tools[name] = _peer(command)
    for level in LEVELS:
        tools[f"pdfmill {level}"] = _pdfmill(level)
    return tools


def _peer(command: str) -> Callable[[Path, Path], None]:
    def run(source: Path, target: Path) -> None:
        words = [word.format(source=source, target=target) for word in command.split()]
        os.execvp(words[0], words)  # in the forked process: its time and memory are the program's alone

    return run


def _pdfmill(level: str) -> Callable[[Path, Path], None]:
    """As a worker does it: in a process forked from one that has loaded the libraries."""
    from pdfmill.core.context import Context
    from pdfmill.services import Services
    from pdfmill.services.compression.levels import Level, plan_for
    from pdfmill.services.compression.service import CompressionService

    services = Services()

    def run(source: Path, target: Path) -> None:
        os.environ["VIPS_CONCURRENCY"] = "1"
        with tempfile.TemporaryDirectory() as folder:
            ctx = Context(Path(folder), services=services)
            CompressionService().compress(source, target, plan_for(Level(level)), ctx)

    return run


def _kept(folder: Path | None, name: str, run_all: Callable[[], Iterable[Run]]) -> list[Run]:
    """What a tool did, from the folder or by running it now."""
    if folder is None:
        return list(run_all())
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{name.replace('/', '')}.json"
    if not path.exists():
        path.write_text(json.dumps([asdict(run) for run in run_all()]))
    return [
        Run(**{**each, "verdict": each["verdict"] and Verdict(**each["verdict"])})
        for each in json.loads(path.read_text())
    ]


def _run_all(name: str, tool: Callable[[Path, Path], None], documents: list[Path], folder: Path) -> Iterable[Run]:
    measured = []
    for document in documents:
        target = folder / f"{name.replace('/', '')}-{document.name}"
        measured.append((document, target, *_measured(tool, document, target)))
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        verdicts = list(pool.map(_judged, [(document, target) for document, target, *_ in measured]))
    for (document, target, cpu_s, wall_s, peak_mib), verdict in zip(measured, verdicts, strict=True):
        size = document.stat().st_size
        ratio = target.stat().st_size / size if verdict is not None else 1.0
        yield Run(name, document.stem, size, ratio, cpu_s, wall_s, peak_mib, verdict)
        target.unlink(missing_ok=True)
    print(f"{name}: done", file=sys.stderr)


def _measured(tool: Callable[[Path, Path], None], document: Path, target: Path) -> tuple[float, float, float]:
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        try:
            tool(document, target)
            os._exit(0)
        finally:
            os._exit(1)
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024


def _judged(files: tuple[Path, Path]) -> Verdict | None:
    document, target = files
    if not target.exists() or target.stat().st_size == 0:
        return None
    return judge(document, target, poppler=True)


def _report(runs: list[Run], tools: list[str], count: int) -> list[str]:
    lines = [
        f"# Compression of {count} documents",
        "",
        "Sizes are parts of the original; an output that is larger counts as 1 in the total. SSIM is of the worst page",
        "of each document at 100 dpi by pdfium, and again by poppler. `harmed`: outputs that lost structure, changed",
        "text, have a blank page, or new findings of `qpdf --check`.",
        "",
        "| tool | median | total | of gs /ebook | larger | SSIM median | p10 | worst | poppler p10 "
        "| harmed | failed | CPU s | wall s | peak MiB |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    reference = {run.document: run.ratio for run in runs if run.tool == "gs /ebook" and run.verdict is not None}
    for tool in tools:
        lines.append(_row(tool, [run for run in runs if run.tool == tool], reference))
    lines += ["", "## By kind: median size (worst SSIM)", ""]
    kinds = sorted({run.document.partition("__")[0] for run in runs})
    lines += ["| kind | " + " | ".join(tools) + " |", "|---" * (len(tools) + 1) + "|"]
    for kind in kinds:
        cells = [
            _cell([run for run in runs if run.tool == tool and run.document.startswith(f"{kind}__")]) for tool in tools
        ]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    harmed = [run for run in runs if run.tool.startswith("pdfmill") and _harm(run)]
    lines += ["", "## What pdfmill harmed", ""]
    lines += [f"- {run.tool}, {run.document}: {_harm(run)}" for run in harmed] or ["Nothing."]
    return lines


def _row(tool: str, runs: list[Run], reference: dict[str, float]) -> str:
    judged = [run for run in runs if run.verdict is not None]
    similarity = [run.verdict.similarity for run in judged if run.verdict]
    poppler = [run.verdict.poppler_similarity or 0.0 for run in judged if run.verdict]
    total = sum(min(run.ratio, 1) * run.input_bytes for run in runs) / sum(run.input_bytes for run in runs)
    against = [run.ratio / reference[run.document] for run in judged if run.document in reference]
    cells = [
        tool,
        f"{statistics.median(run.ratio for run in runs):.3f}",
        f"{total:.3f}",
        f"{statistics.median(against):.2f}" if against else "",
        str(sum(run.ratio > 1 for run in runs)),
        *(
            (
                f"{statistics.median(similarity):.4f}",
                f"{np.percentile(similarity, 10):.3f}",
                f"{min(similarity):.3f}",
                f"{np.percentile(poppler, 10):.3f}",
            )
            if judged
            else ("–",) * 4
        ),
        str(sum(bool(_harm(run)) for run in runs)),
        str(len(runs) - len(judged)),
        f"{sum(run.cpu_s for run in runs):.0f}",
        f"{sum(run.wall_s for run in runs):.0f}",
        f"{max(run.peak_mib for run in runs):.0f}",
    ]
    return "| " + " | ".join(cells) + " |"


def _cell(runs: list[Run]) -> str:
    judged = [run for run in runs if run.verdict is not None]
    if not judged:
        return "-"
    worst = min(run.verdict.similarity for run in judged if run.verdict)
    return f"{statistics.median(run.ratio for run in judged):.3f} ({worst:.3f})"


def _harm(run: Run) -> str:
    verdict = run.verdict
    if verdict is None:
        return ""
    harms = [f"lost {kind}" for kind in verdict.lost]
    for flag, what in (
        (verdict.text_changed, "text"),
        (verdict.blank, "blank page"),
        (verdict.new_findings, "qpdf --check"),
    ):
        harms += [what] if flag else []
    return ", ".join(harms)


def _plot(runs: list[Run], tools: list[str]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 5))
    for tool in tools:
        judged = [run for run in runs if run.tool == tool and run.verdict is not None]
        total = sum(min(run.ratio, 1) * run.input_bytes for run in judged) / sum(run.input_bytes for run in judged)
        p10 = float(np.percentile([run.verdict.similarity for run in judged if run.verdict], 10))
        axes.scatter(total, p10, marker="o" if tool.startswith("pdfmill") else "x")
        axes.annotate(tool, (total, p10), textcoords="offset points", xytext=(6, 4))
    axes.set_xlabel("total size, part of the originals (smaller is better)")
    axes.set_ylabel("SSIM of the worst page, 10th percentile (higher is better)")
    axes.grid(visible=True, alpha=0.3)
    figure.savefig(RESULTS / "compression.png", dpi=120, bbox_inches="tight")


if __name__ == "__main__":
    main()
