"""Every hostile file × every operation that takes it, each beside an honest job: how it ended, and whom it hurt.

    .venv/bin/python benchmarks/hostile.py FOLDER        writes benchmarks/results/hostile.md

The goals: no job ends as a crash or by an internal error, memory stays within its limit, time within its limit and five
seconds, and the honest job ends within twice the time that it takes alone.
"""

from __future__ import annotations

import io
import os
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

from pdfmill.core.documents import InputFile
from pdfmill.core.limits import MIB, Limits
from pdfmill.core.operation import AnyOperation
from pdfmill.operations import load_registry
from pdfmill.worker.sandbox import Ended, Sandbox, SandboxInput, SandboxProcess, SandboxRequest

RESULTS = Path(__file__).parent / "results" / "hostile.md"
LIMITS = Limits(wall_s=60, cpu_s=30, memory_mib=1024, output_mib=256)


@dataclass(frozen=True)
class Attack:
    """What one hostile file did in one operation.

    Attributes:
        slowed: How many times as long the honest job beside it took as the same job alone just before.
    """

    file: str
    operation: str
    ended: Ended
    slowed: float

    @property
    def outcome(self) -> str:
        return self.ended.failure.code if self.ended.failure else "ok"


def main() -> None:
    corpus = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="pdfmill-") as name:
        spool = Path(name)
        spool.chmod(0o711)
        honest = honest_document(spool / "honest.pdf")
        with Sandbox.start(spool) as sandbox:
            box = Box(sandbox, spool)
            compress = load_registry().get("compress")
            attacks = [
                box.attack(operation, path, compress, honest)
                for path in sorted(corpus.iterdir())
                for operation in load_registry()
                if InputFile.at(path).media_type in operation.accepts.media_types
            ]
            tier = str(sandbox.tier)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(report(attacks, tier))
    print(RESULTS.read_text())


class Box:
    """Runs jobs in a sandbox, each in a directory that is gone afterwards."""

    def __init__(self, sandbox: Sandbox, spool: Path) -> None:
        self._sandbox = sandbox
        self._spool = spool
        self._count = 0

    def run(self, operation: AnyOperation, path: Path) -> Ended:
        with self._launch(operation, path) as process:
            return self._buried(process)

    def attack(self, operation: AnyOperation, path: Path, honest: AnyOperation, document: Path) -> Attack:
        alone_s = self.run(honest, document).wall_s
        with self._launch(operation, path) as hostile, self._launch(honest, document) as beside:
            slowed = beside.wait().wall_s / alone_s
            return Attack(path.name, operation.name, self._buried(hostile), slowed)

    def _launch(self, operation: AnyOperation, path: Path) -> SandboxProcess:
        self._count += 1
        directory = self._spool / f"job-{self._count}"
        (directory / "input").mkdir(parents=True)
        shutil.copyfile(path, directory / "input" / "0")
        file = SandboxInput(file="input/0", name=path.name, media_type=InputFile.at(path).media_type)
        limits = LIMITS.for_operation(operation.limits)
        return self._sandbox.launch(
            directory, SandboxRequest(operation=operation.name, options={}, inputs=(file,), limits=limits)
        )

    def _buried(self, process: SandboxProcess) -> Ended:
        ended = process.wait()
        for directory in self._spool.glob("job-*"):
            shutil.rmtree(directory)
        return ended


def honest_document(path: Path) -> Path:
    """Two pages with a picture each: about a second of work."""
    random = np.random.default_rng(1)
    with pikepdf.new() as pdf:
        for _ in range(2):
            page = pdf.add_blank_page(page_size=(612, 792))
            coarse = random.integers(0, 255, (60, 50, 3), dtype=np.uint8)
            picture = io.BytesIO()
            Image.fromarray(coarse).resize((1700, 2200), Image.Resampling.BICUBIC).save(picture, "JPEG", quality=97)
            image = pikepdf.Stream(pdf, picture.getvalue())
            image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            image.Width, image.Height, image.BitsPerComponent = 1700, 2200, 8
            image.ColorSpace, image.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=pdf.make_indirect(image)))
            page.Contents = pdf.make_stream(b"612 0 0 792 0 0 cm /I Do")
        pdf.save(path)
    return path


def report(attacks: list[Attack], tier: str) -> str:
    outcomes = Counter(attack.outcome for attack in attacks)
    deaths = outcomes["sandbox_crashed"] + outcomes["internal_error"]
    memory = [attack.ended.peak_memory_bytes / MIB for attack in attacks]
    late = [attack for attack in attacks if attack.ended.wall_s > LIMITS.wall_s + 5]
    slowed = [attack.slowed for attack in attacks]
    lines = [
        "# Hostile documents",
        "",
        f"{len(attacks)} runs of {len({attack.file for attack in attacks})} files in {tier}, each beside an honest "
        f"job; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.",
        "",
        "| what | measured | goal |",
        "|---|---|---|",
        f"| crashes and internal errors | {deaths} | 0 |",
        f"| most memory | {max(memory):.0f} MiB | {LIMITS.memory_mib} MiB |",
        f"| runs above the memory limit | {sum(each > LIMITS.memory_mib for each in memory)} | 0 |",
        f"| longest run | {max(attack.ended.wall_s for attack in attacks):.1f} s | {LIMITS.wall_s + 5:g} s |",
        f"| runs too long | {len(late)} | 0 |",
        f"| honest job beside it, median | {statistics.median(slowed):.2f} × | |",
        f"| honest job beside it, slowest | {max(slowed):.2f} × | 2 × |",
        f"| honest jobs beyond twice their time | {sum(each > 2 for each in slowed)} | 0 |",
        "",
        "| outcome | runs |",
        "|---|---|",
        *(f"| {outcome} | {count} |" for outcome, count in outcomes.most_common()),
        "",
        "| dearest files | operation | outcome | processor s | wall s | MiB |",
        "|---|---|---|---|---|---|",
        *(_row(attack) for attack in sorted(attacks, key=lambda each: -each.ended.cpu_s)[:12]),
        "",
    ]
    return "\n".join(lines)


def _row(attack: Attack) -> str:
    ended = attack.ended
    return (
        f"| {attack.file} | {attack.operation} | {attack.outcome} | {ended.cpu_s:.1f} | {ended.wall_s:.1f} | "
        f"{ended.peak_memory_bytes / MIB:.0f} |"
    )


if __name__ == "__main__":
    main()
