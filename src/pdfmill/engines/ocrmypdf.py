"""Laying recognised text under pages, by OCRmyPDF's text renderer.

OCRmyPDF is used as a library of parts: its renderer places words so that search, selection and copying work in all
readers. Its pipeline is not used: it decides for a whole document what pdfmill decides for each page, needs the
tesseract program, and draws every page once more. The renderer is loaded with the first document that needs it, and
without the pipeline, which takes as long again to load.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import SimpleNamespace
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
    trees = [(number, _tree(page), _POINTS_PER_INCH) for number, page in enumerate(pages)]
    load_renderer().Fpdf2MultiPageRenderer(trees, _fonts(), invisible_text=True).render(target)


def strip_invisible_text(pdf: Pdf, page: Page) -> None:
    """Take away the text that OCR laid under a page (render mode 3), within form XObjects as well."""
    from ocrmypdf._graft import strip_invisible_text as strip

    strip(pdf, page)


@cache
def load_renderer() -> SimpleNamespace:
    """The classes of the renderer and of what it draws, and the package's ``folder``.

    The package's own ``__init__`` loads the whole pipeline. While the parts are imported, a package that has run no
    code stands in for it; whoever imports ``ocrmypdf`` later gets the real one.
    """
    name = "ocrmypdf"
    spec = find_spec(name)
    stands_in = spec is not None and name not in sys.modules
    if spec is not None and stands_in:
        sys.modules[name] = module_from_spec(spec)
    try:
        from ocrmypdf import fpdf_renderer
        from ocrmypdf.font import MultiFontManager
        from ocrmypdf.models.ocr_element import Baseline, BoundingBox, OcrClass, OcrElement
    finally:
        if stands_in:
            del sys.modules[name]
    return SimpleNamespace(
        Fpdf2MultiPageRenderer=fpdf_renderer.Fpdf2MultiPageRenderer,
        MultiFontManager=MultiFontManager,
        Baseline=Baseline,
        BoundingBox=BoundingBox,
        OcrClass=OcrClass,
        OcrElement=OcrElement,
        folder=Path(fpdf_renderer.__file__).parents[1],
    )


@cache
def _fonts() -> Any:
    parts = load_renderer()
    return parts.MultiFontManager(parts.folder / "data")


def _tree(page: LayerPage) -> Any:
    parts = load_renderer()
    children = [
        parts.OcrElement(
            parts.OcrClass.PARAGRAPH,
            bbox=_around([line.box for line in paragraph]),
            direction="ltr",
            children=[_line_element(line) for line in paragraph],
        )
        for paragraph in page.paragraphs
    ]
    around = parts.BoundingBox(0, 0, *page.size)
    return parts.OcrElement(parts.OcrClass.PAGE, bbox=around, dpi=_POINTS_PER_INCH, children=children)


def _line_element(line: LayerLine) -> Any:
    parts = load_renderer()
    words = [parts.OcrElement(parts.OcrClass.WORD, bbox=parts.BoundingBox(*box), text=text) for text, box in line.words]
    baseline = parts.Baseline(slope=line.slope, intercept=line.intercept)
    return parts.OcrElement(parts.OcrClass.LINE, bbox=parts.BoundingBox(*line.box), baseline=baseline, children=words)


def _around(boxes: Sequence[Box]) -> Any:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return load_renderer().BoundingBox(min(lefts), min(tops), max(rights), max(bottoms))
