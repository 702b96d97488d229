"""What became of a document: its looks by two renderers, its text, its structure; independent of how pdfmill judges."""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pyvips
from PIL import Image

_DPI = 100
_MOST_PAGES = 6
_MOST_PIXELS = 6_000_000

#: Window of the reference implementation of SSIM: Gaussian, 11 pixels, sigma 1.5.
_SIGMA, _RADIUS = 1.5, 5
_WEIGHTS = np.exp(-(np.arange(-_RADIUS, _RADIUS + 1) ** 2) / (2 * _SIGMA**2))
_WINDOW = pyvips.Image.new_from_array([(_WEIGHTS / _WEIGHTS.sum()).tolist()])
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


@dataclass(frozen=True)
class Verdict:
    """How an output differs from its original.

    Attributes:
        similarity: SSIM of the worst page by pdfium; 0 where pages are missing or of another size.
        poppler_similarity: The same by poppler; None if it was not asked.
        lost: Kinds of structure of which there is less.
        text_changed: Whether more than 2 % of the words changed.
        blank: Whether a page that had something on it has nothing.
        new_findings: Whether `qpdf --check` finds what it did not find before.
    """

    similarity: float
    poppler_similarity: float | None
    lost: tuple[str, ...]
    text_changed: bool
    blank: bool
    new_findings: bool


def judge(original: Path, output: Path, *, poppler: bool) -> Verdict:
    similarities, blank, words = _by_pdfium(original, output)
    return Verdict(
        similarity=min(similarities, default=1.0),
        poppler_similarity=_by_poppler(original, output) if poppler else None,
        lost=_lost(original, output),
        text_changed=words < 0.98,
        blank=blank,
        new_findings=_check(output) > _check(original),
    )


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Mean Gaussian SSIM of two grey pictures."""
    x, y = one.astype(np.float32), other.astype(np.float32)
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x = _blurred(x * x) - mean_x * mean_x
    variance_y = _blurred(y * y) - mean_y * mean_y
    covariance = _blurred(x * y) - mean_x * mean_y
    above = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    below = (mean_x**2 + mean_y**2 + _C1) * (variance_x + variance_y + _C2)
    return float((above / below).mean())


def _blurred(values: np.ndarray) -> np.ndarray:
    height, width = values.shape
    image = pyvips.Image.new_from_memory(np.ascontiguousarray(values).data, width, height, 1, "float")
    blurred = image.convsep(_WINDOW, precision="float")  # the edge is repeated
    return np.frombuffer(blurred.write_to_memory(), dtype=np.float32).reshape(height, width)


def _sample(count: int) -> list[int]:
    if count <= _MOST_PAGES:
        return list(range(count))
    return sorted({round(number * (count - 1) / (_MOST_PAGES - 1)) for number in range(_MOST_PAGES)})


def _by_pdfium(original: Path, output: Path) -> tuple[list[float], bool, float]:
    before, after = pypdfium2.PdfDocument(original), pypdfium2.PdfDocument(output)
    for each in (before, after):
        each.init_forms()
    if len(before) != len(after):
        return [0.0], True, 0.0
    similarities, blank, words = [], False, [Counter[str](), Counter[str]()]
    for index in range(len(before)):
        for count, document in zip(words, (before, after), strict=True):
            count.update(document[index].get_textpage().get_text_range().split())
    for index in _sample(len(before)):
        old, new = (_drawn(document[index]) for document in (before, after))
        if old.shape != new.shape:
            return [0.0], True, 0.0
        similarities.append(ssim(old, new))
        blank |= bool(old.std() > 1 and new.std() < 0.1)
    return similarities, blank, _overlap(*words)


def _drawn(page: Any) -> np.ndarray:
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MOST_PIXELS / max(1, width * height)) ** 0.5)
    return np.array(page.render(scale=scale, may_draw_forms=True).to_pil().convert("L"))


def _overlap(before: Counter[str], after: Counter[str]) -> float:
    total = max(before.total(), after.total())
    return 1.0 if total == 0 else (before & after).total() / total


def _by_poppler(original: Path, output: Path) -> float:
    with pikepdf.open(original) as pdf:
        pages = _sample(len(pdf.pages))
    return min(ssim(*_same_size(*(_popplered(path, index) for path in (original, output)))) for index in pages)


def _same_size(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (one, other) if one.shape == other.shape else (one, np.zeros_like(one))


def _popplered(path: Path, index: int) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        number = str(index + 1)
        command = ["pdftoppm", "-gray", "-r", str(_DPI), "-f", number, "-l", number, "-singlefile"]
        subprocess.run([*command, path, Path(folder) / "page"], capture_output=True, check=False)
        drawn = Path(folder) / "page.pgm"
        return np.array(Image.open(drawn)) if drawn.exists() else np.zeros((1, 1), dtype=np.uint8)


def _check(path: Path) -> int:
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    return {0: 0, 3: 1}.get(done.returncode, 2)


def _lost(original: Path, output: Path) -> tuple[str, ...]:
    with pikepdf.open(original) as before, pikepdf.open(output) as after:
        had, has = structure(before), structure(after)
    return tuple(kind for kind, amount in had.items() if has[kind] < amount)


def structure(pdf: pikepdf.Pdf) -> dict[str, int]:
    """How much of everything there is that a rewrite must not lose."""
    root = pdf.Root
    kinds: Counter[str] = Counter()
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        for each in annotations if isinstance(annotations, pikepdf.Array) else ():
            if isinstance(each, pikepdf.Dictionary):
                kinds[str(each.get("/Subtype"))] += 1
    form = root.get("/AcroForm")
    has_form = isinstance(form, pikepdf.Dictionary)
    metadata = root.get("/Metadata")
    xmp = metadata.read_bytes() if isinstance(metadata, pikepdf.Stream) else b""
    return {
        "links": kinds["/Link"],
        "widgets": kinds["/Widget"],
        "annotations": kinds.total(),
        "fields": len(form.get("/Fields", [])) if has_form else 0,
        "XFA": int(has_form and "/XFA" in form),
        "outline": _outline(root.get("/Outlines")),
        "attachments": len(pdf.attachments),
        "tags": int("/StructTreeRoot" in root),
        "language": int("/Lang" in root),
        "output intents": len(root.get("/OutputIntents", [])),
        "layers": len(root.OCProperties.get("/OCGs", [])) if "/OCProperties" in root else 0,
        "XMP": int(bool(xmp)),
        "PDF/A claim": int(b"pdfaid" in xmp),
        "encryption": int(pdf.is_encrypted),
    }


def _outline(outlines: Any) -> int:
    seen: set[tuple[int, int]] = set()
    waiting = [outlines]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Dictionary) and item.objgen not in seen:
            seen.add(item.objgen)
            waiting += [item.get("/First"), item.get("/Next")]
    return len(seen)
