"""The review picture: a copy of the document in which each found value is boxed, coloured and labelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.engines.annotations import Highlight, add_highlights
from pdfmill.engines.pikepdf import open_pdf, save_pdf
from pdfmill.services.extraction.evidence import Corners

#: From which confidence on a value is green, and from which it is amber; below it is red.
SURE, LIKELY = 0.9, 0.6
_GREEN, _AMBER, _RED = (0.05, 0.55, 0.2), (0.85, 0.5, 0.0), (0.8, 0.1, 0.1)
#: Marks on one page; more would hide it.
_MOST_MARKS = 2_000


@dataclass(frozen=True)
class Mark:
    """A value on a page.

    Attributes:
        page_number: From 1.
        box: Left, top, right, bottom in points from the top left of the page as shown.
        label: What the value is, such as ``totals.tax_inclusive``.
        confidence: 0 to 1.
        value: What was read, for whoever points at the box.
    """

    page_number: int
    box: Corners
    label: str
    confidence: float
    value: str = ""


class OverlayService:
    """Draws what was found onto a copy of the document, as annotations: its pages stay as they are beneath."""

    def draw(self, source: Path, target: Path, marks: Iterable[Mark], ctx: Context) -> int:
        """Write the copy; returns its number of pages.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            StorageFull: The disk is full.
            Cancelled, DeadlineExceeded: As the context says.
        """
        by_page: dict[int, list[Mark]] = {}
        for mark in marks:
            by_page.setdefault(mark.page_number, []).append(mark)
        with open_pdf(source, ctx.limits) as pdf:
            page_count = len(pdf.pages)
            for done, (number, own) in enumerate(sorted(by_page.items())):
                ctx.advance(done, len(by_page), unit="pages")
                add_highlights(pdf, number - 1, [_highlight(mark) for mark in own[:_MOST_MARKS]], _LEGEND)
            save_pdf(pdf, target)
        ctx.advance(1, 1)
        return page_count


_LEGEND: Sequence[tuple[str, tuple[float, float, float]]] = (
    (f"{SURE:.0%} and more", _GREEN),
    (f"{LIKELY:.0%} and more", _AMBER),
    ("less", _RED),
)


def _highlight(mark: Mark) -> Highlight:
    colour = _GREEN if mark.confidence >= SURE else _AMBER if mark.confidence >= LIKELY else _RED
    note = (
        f"{mark.label}: {mark.value} ({mark.confidence:.0%})" if mark.value else f"{mark.label} ({mark.confidence:.0%})"
    )
    return Highlight(mark.box, f"{mark.label} {mark.confidence:.0%}", note, colour)
