"""Two documents that test memory: 1,000 scanned pages of about 300 MB, and one page of 33 megapixels."""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from PIL import Image

_PAGES, _DISTINCT = 1000, 12
_WIDE = (4960, 6720)  # 33 megapixels


def measure_large() -> list[str]:
    """Lines for the report."""
    lines = ["## Large documents", "", "| document | level | input MB | ratio | wall s | CPU s | peak MiB |"]
    lines.append("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder) / "many.pdf", Path(folder) / "one.pdf"
        # Each in a process that starts anew: memory that a process inherits from the one it was forked from counts.
        _in_own_process(_scans, many, _PAGES, (1654, 2339), 66)
        _in_own_process(_scans, one, 1, _WIDE, 90)
        for name, path, level in (
            ("33 megapixels", one, "medium"),
            ("33 megapixels", one, "high"),
            ("1,000 pages", many, "medium"),
        ):
            ratio, wall_s, cpu_s, peak = _in_own_process(_compressed, path, level)
            size = path.stat().st_size / 1e6
            lines.append(f"| {name} | {level} | {size:.0f} | {ratio:.3f} | {wall_s:.0f} | {cpu_s:.0f} | {peak:.0f} |")
    return lines


def _in_own_process(work: Callable[..., Any], *arguments: Any) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def _scans(path: Path, pages: int, size: tuple[int, int], quality: int) -> None:
    """Pages of grainy paper with lines of ink, each another one."""
    papers = [_scan(seed, size) for seed in range(min(pages, _DISTINCT))]
    with pikepdf.Pdf.new() as pdf:
        for number in range(pages):
            buffer = io.BytesIO()
            turned = np.roll(papers[number % _DISTINCT], number, axis=0)  # equal pictures would be merged
            Image.fromarray(turned).save(buffer, "JPEG", quality=quality)
            image = pikepdf.Stream(pdf, buffer.getvalue(), Filter=pikepdf.Name.DCTDecode)
            image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            image.Width, image.Height, image.BitsPerComponent = *size, 8
            image.ColorSpace = pikepdf.Name.DeviceRGB
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=pdf.make_indirect(image)))
            page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q")
        pdf.save(path)


def _scan(seed: int, size: tuple[int, int]) -> np.ndarray:
    random = np.random.default_rng(seed)
    width, height = size
    paper = random.normal(232, 3, (height, width, 1)) + np.array([0, -3, -12])
    for line in range(height // 12, height - height // 12, height // 50):
        for left in range(width // 10, width - width // 8, width // 40):
            if random.random() < 0.85:
                paper[line : line + height // 110, left : left + int(width / 60 * random.random()) + 3] -= 180
    return np.clip(paper, 0, 255).astype(np.uint8)


def _compressed(path: Path, level: str) -> tuple[float, float, float, float]:
    """Ratio, wall seconds, CPU seconds and peak MiB."""
    from pdfmill.core.context import Context
    from pdfmill.core.limits import Limits
    from pdfmill.services.compression.levels import Level, plan_for
    from pdfmill.services.compression.service import CompressionService

    os.environ["VIPS_CONCURRENCY"] = "1"
    target = path.with_suffix(".small.pdf")
    started = time.monotonic()
    ctx = Context(path.parent, limits=Limits(wall_s=36000))
    CompressionService().compress(path, target, plan_for(Level(level)), ctx)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    ratio = target.stat().st_size / path.stat().st_size
    return ratio, time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    print("\n".join(measure_large()))
