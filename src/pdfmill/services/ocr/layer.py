"""Putting what was read under the pages of a PDF, where a search finds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Matrix, Name, Page, Pdf

from pdfmill.engines.ocrmypdf import LayerLine, LayerPage, write_text_layer
from pdfmill.services.ocr.model import ReadLine, ReadPage

_Bounds = tuple[float, float, float, float]

#: Pages whose text is written at once; they share the fonts.
_AT_ONCE = 100
_FULL_TURN = 360
#: From this slope on the renderer turns the text of a line.
_LEVEL_SLOPE = 0.005
#: Part of a word's height that hangs below its baseline at most.
_DEEPEST = 0.4
#: Degrees of slant that are seen.
_VISIBLE_SKEW = 0.15


def lay_text(pdf: Pdf, pages: Iterable[ReadPage], draft: Path) -> Iterator[int]:
    """Put the words of each page under it; yields the number of each page that has its text.

    The pages must not have been turned yet.

    Args:
        draft: A file that may be written and removed.
    """
    for group in _groups(pages):
        write_text_layer([_layer(page) for page in group], draft)
        with Pdf.open(draft) as texts:
            for page, text in zip(group, texts.pages, strict=True):
                _graft(pdf, pdf.pages[page.number - 1], page, text)
                yield page.number
        draft.unlink()


def turn(page: Page, degrees: int) -> None:
    """Have the page shown turned clockwise; its content stays as it is."""
    page.obj.Rotate = (rotation_of(page) + degrees) % _FULL_TURN


def straighten(page: Page, skew: float) -> None:
    """Turn the content of a page about its centre, so that lines that slant by ``skew`` degrees clockwise are level.

    The pictures stay as they are: only the matrix that they are painted by changes (ISO 32000-1, 8.3.4).
    """
    left, bottom, right, top = visible_bounds(page)
    x, y = (left + right) / 2, (bottom + top) / 2
    matrix = Matrix().translated(x, y).rotated(skew).translated(-x, -y)
    page.contents_add(b"q " + matrix.encode() + b" cm\n", prepend=True)
    page.contents_add(b"\nQ\n")


def is_visibly_skewed(page: ReadPage) -> bool:
    return abs(page.skew) >= _VISIBLE_SKEW


def visible_bounds(page: Page) -> _Bounds:
    """Left, bottom, right and top of what is shown of a page, in its user space: the crop box within the media box."""
    media, crop = (_normal(box) for box in (page.mediabox, page.cropbox))
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if left < right and bottom < top else media


def upright_matrix(bounds: _Bounds, rotation: int, unit: float) -> Matrix:
    """From points of the page as it stands upright, with the origin at the bottom left, to its user space.

    Args:
        bounds: Of what is shown, in user space.
        rotation: Degrees clockwise by which the page is turned to stand upright.
        unit: Points in a unit of user space.
    """
    left, bottom, right, top = bounds
    turned = {
        0: Matrix(1, 0, 0, 1, left, bottom),
        90: Matrix(0, 1, -1, 0, right, bottom),
        180: Matrix(-1, 0, 0, -1, right, top),
        270: Matrix(0, -1, 1, 0, left, top),
    }[rotation]
    return Matrix().scaled(1 / unit, 1 / unit) @ turned


def _graft(pdf: Pdf, page: Page, read: ReadPage, text: Page) -> None:
    form = pdf.copy_foreign(text.as_form_xobject())
    unit = float(page.obj.get(Name.UserUnit, 1))
    matrix = upright_matrix(visible_bounds(page), (rotation_of(page) + read.turn) % _FULL_TURN, unit)
    name = page.add_resource(form, Name.XObject, prefix="OCR")
    # Below the page's own content: what comes first is covered by it where it is painted. An artifact, because it has
    # no place in the structure of a tagged document (ISO 32000-1, 14.8.2.2).
    content = b"/Artifact BMC q " + matrix.encode() + b" cm " + name.unparse() + b" Do Q EMC\n"
    # The page's own content must not see what the text left behind, nor the other way round.
    page.contents_add(content, prepend=True)


def _layer(page: ReadPage) -> LayerPage:
    paragraphs = tuple(tuple(part for line in block.lines for part in _layer_lines(line)) for block in page.blocks)
    return LayerPage((page.width, page.height), paragraphs)


def _layer_lines(line: ReadLine) -> Iterator[LayerLine]:
    """A line, or each of its words by itself where it slants.

    Readers of the Poppler family tear the words of slanting text apart (measured: two of ten are not found any more);
    level words, each a bit lower than the one before, all of them find.
    """
    if abs(line.slope) < _LEVEL_SLOPE:
        yield LayerLine(tuple((word.text, word.box) for word in line.words), line.box, 0.0, line.intercept)
        return
    for word in line.words:
        baseline = line.box.bottom + line.intercept + line.slope * (word.box.centre[0] - line.box.left)
        intercept = min(max(baseline - word.box.bottom, -_DEEPEST * word.box.height), 0.0)
        yield LayerLine(((word.text, word.box),), word.box, 0.0, intercept)


def _groups(pages: Iterable[ReadPage]) -> Iterator[Sequence[ReadPage]]:
    group: list[ReadPage] = []
    for page in pages:
        group.append(page)
        if len(group) == _AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def rotation_of(page: Page) -> int:
    try:
        rotation = int(page.rotation)
    except (AttributeError, TypeError, ValueError, pikepdf.PdfError):
        rotation = 0
    return rotation % _FULL_TURN if rotation % 90 == 0 else 0


def _normal(box: object) -> _Bounds:
    x1, y1, x2, y2 = (float(each) for each in box)  # type: ignore[attr-defined]
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
