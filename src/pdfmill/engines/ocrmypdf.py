"""Laying recognised text under pages, by OCRmyPDF's text renderer.

OCRmyPDF is used as a library of parts: its renderer places words so that search, selection and copying work in all
readers. Its pipeline is not used: it decides for a whole document what pdfmill decides for each page, needs the
tesseract program, and draws every page once more. It is loaded with the first document that needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pikepdf import Page, Pdf

Box = tuple[float, float, float, float]

#: The renderer counts in pixels of an image; with this resolution a pixel is a point.
_POINTS_PER_INCH = 72.0


@dataclass(frozen=True)
class LayerLine:
    """A line of text; boxes are left, top, right, bottom in points from the top left.

    Attributes:
        slope: Of the baseline: how far it sinks for each point to the right; the words are turned by it.
        intercept: Of the baseline at the left edge of the box, in points below its bottom edge.
    """

    words: tuple[tuple[str, Box], ...]
    box: Box
    slope: float
    intercept: float


@dataclass(frozen=True)
class LayerPage:
    """The text of a page of that width and height in points; lines in paragraphs."""

    size: tuple[float, float]
    paragraphs: tuple[tuple[LayerLine, ...], ...]


def write_text_layer(pages: Sequence[LayerPage], target: Path) -> None:
    """Write a PDF with a page for each, on which the text stands invisibly."""
    from ocrmypdf.fpdf_renderer import Fpdf2MultiPageRenderer

    trees = [(number, _tree(page), _POINTS_PER_INCH) for number, page in enumerate(pages)]
    Fpdf2MultiPageRenderer(trees, _fonts(), invisible_text=True).render(target)


def strip_invisible_text(pdf: Pdf, page: Page) -> None:
    """Take away the text that OCR laid under a page (render mode 3), within form XObjects as well."""
    from ocrmypdf._graft import strip_invisible_text as strip

    strip(pdf, page)


@cache
def _fonts() -> Any:
    import ocrmypdf
    from ocrmypdf.font import MultiFontManager

    return MultiFontManager(Path(ocrmypdf.__file__).parent / "data")


def _tree(page: LayerPage) -> Any:
    from ocrmypdf import BoundingBox, OcrClass, OcrElement

    children = [
        OcrElement(
            OcrClass.PARAGRAPH,
            bbox=_around([line.box for line in paragraph]),
            direction="ltr",
            children=[_line_element(line) for line in paragraph],
        )
        for paragraph in page.paragraphs
    ]
    return OcrElement(OcrClass.PAGE, bbox=BoundingBox(0, 0, *page.size), dpi=_POINTS_PER_INCH, children=children)


def _line_element(line: LayerLine) -> Any:
    from ocrmypdf import Baseline, BoundingBox, OcrClass, OcrElement

    words = [OcrElement(OcrClass.WORD, bbox=BoundingBox(*box), text=text) for text, box in line.words]
    baseline = Baseline(slope=line.slope, intercept=line.intercept)
    return OcrElement(OcrClass.LINE, bbox=BoundingBox(*line.box), baseline=baseline, children=words)


def _around(boxes: Sequence[Box]) -> Any:
    from ocrmypdf import BoundingBox

    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return BoundingBox(min(lefts), min(tops), max(rights), max(bottoms))
