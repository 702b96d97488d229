"""Whether the smaller file is still the same document."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pikepdf import Pdf

from pdfmill.core.context import Context
from pdfmill.engines.pdfium import open_drawn
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.services.compression.inventory import inventory
from pdfmill.services.compression.similarity import EXACT_BLOCK, structural_similarity
from pdfmill.services.readable import readable

#: Resolution at which pages are compared: that of a screen, or less where no grain is at stake, which is gone at 60.
_SCREEN_DPI, _COARSE_DPI, _DRAWN_PIXELS = 100, 60, 4_000_000


@dataclass
class Comparison:
    """How the smaller file differs.

    Attributes:
        lost: What it lost, in words for a warning; None if nothing.
        changed_text: The first page whose text is another one, by number; None if there is none.
        similarities: SSIM of each compared page, by index.
    """

    lost: str | None = None
    changed_text: int | None = None
    similarities: dict[int, float] = field(default_factory=dict)

    def pages_below(self, least: float) -> set[int]:
        """Indices of the pages that did not stay similar enough."""
        return {index for index, similarity in self.similarities.items() if similarity < least}

    @property
    def worst(self) -> float | None:
        return min(self.similarities.values(), default=None)


def compare(
    original: Path, smaller: Path, touched_pages: Iterable[int], ctx: Context, *, safe_pages: Container[int] = ()
) -> Comparison:
    """Compare structure and text of the whole documents, and the looks of some pages.

    Args:
        touched_pages: Indices of the pages to draw.
        safe_pages: Those of which a coarse look suffices.

    Raises:
        DamagedInput: One of them cannot be drawn.
        TooManyPixels: The context allows no more.
    """
    found = Comparison()
    with open_pdf(original) as before, open_pdf(smaller) as after:
        found.lost = _lost_structure(before, after)
        readings = readable(before, original, ctx), readable(after, smaller, ctx)
    if found.lost:
        return found
    touched = set(touched_pages)
    with open_drawn(*readings[0], ctx.pixels) as old, open_drawn(*readings[1], ctx.pixels) as new:
        for index in range(old.page_count):
            if old.text(index) != new.text(index):
                found.changed_text = index + 1
                return found
            if index in touched:
                dpi = _COARSE_DPI if index in safe_pages else _SCREEN_DPI
                drawings = [each.draw(index, dpi=dpi, max_pixels=_DRAWN_PIXELS) for each in (old, new)]
                same_size = drawings[0].shape == drawings[1].shape
                similarity = structural_similarity(*drawings, block=EXACT_BLOCK) if same_size else 0.0
                found.similarities[index] = similarity
            ctx.advance(index + 1, old.page_count, unit="pages")
    return found


def _lost_structure(before: Pdf, after: Pdf) -> str | None:
    had, has = inventory(before), inventory(after)
    for what, amount in had.items():
        if has.get(what) != amount:
            return f"{what} changed"
    return None
