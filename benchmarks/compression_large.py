"""Two documents that test memory: 1,000 scanned pages of about 300 MB, and one page of 33 megapixels."""

from __future__ import annotations

import io
import os
import tempfile
import time
from pathlib import Path

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
        many = _scans(Path(folder) / "many.pdf", _PAGES, (1654, 2339), 90)
        one = _scans(Path(folder) / "one.pdf", 1, _WIDE, 90)
        for name, path, level in (
            ("1,000 pages", many, "medium"),
            ("33 megapixels", one, "medium"),
            ("33 megapixels", one, "high"),
        ):
            size = path.stat().st_size
            ratio, wall_s, cpu_s, peak = _compressed(path, level)
            lines.append(
                f"| {name} | {level} | {size / 1e6:.0f} | {ratio:.3f} | {wall_s:.0f} | {cpu_s:.0f} | {peak:.0f} |"
            )
    return lines


def _scans(path: Path, pages: int, size: tuple[int, int], quality: int) -> Path:
    """Pages of grainy paper with lines of ink; each image differs from every other one in its bytes."""
    pictures = [_scan(seed, size, quality) for seed in range(min(pages, _DISTINCT))]
    with pikepdf.Pdf.new() as pdf:
        for number in range(pages):
            # A comment after the end of the image keeps equal pictures from being merged.
            data = pictures[number % len(pictures)] + f"page {number}".encode()
            image = pikepdf.Stream(pdf, data, Filter=pikepdf.Name.DCTDecode)
            image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            image.Width, image.Height, image.BitsPerComponent = *size, 8
            image.ColorSpace = pikepdf.Name.DeviceRGB
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=pdf.make_indirect(image)))
            page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q")
        pdf.save(path)
    return path


def _scan(seed: int, size: tuple[int, int], quality: int) -> bytes:
    random = np.random.default_rng(seed)
    width, height = size
    paper = random.normal(232, 3, (height, width, 1)) + np.array([0, -3, -12])
    for line in range(height // 12, height - height // 12, height // 50):
        for left in range(width // 10, width - width // 8, width // 40):
            if random.random() < 0.85:
                paper[line : line + height // 110, left : left + int(width / 60 * random.random()) + 3] -= 180
    buffer = io.BytesIO()
    Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _compressed(path: Path, level: str) -> tuple[float, float, float, float]:
    from pdfmill.core.context import Context
    from pdfmill.core.limits import Limits
    from pdfmill.services.compression.levels import Level, plan_for
    from pdfmill.services.compression.service import CompressionService

    target = path.with_suffix(".small.pdf")
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        try:
            ctx = Context(path.parent, limits=Limits(wall_s=36000))
            CompressionService().compress(path, target, plan_for(Level(level)), ctx)
            os._exit(0)
        finally:
            os._exit(1)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{path.name} at {level} failed")
    ratio = target.stat().st_size / path.stat().st_size
    return ratio, time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
