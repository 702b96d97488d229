"""Drawing pages."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pdfmill.core.errors import DamagedInput
from pdfmill.core.limits import Limits, PixelBudget
from pdfmill.engines.pdfium.geometry import PageGeometry
from pdfmill.engines.pdfium.graphics import Painted, hide, picture_share, read_pictures
from pdfmill.engines.pdfium.opening import open_document

GreyImage = npt.NDArray[np.uint8]
Pixels = npt.NDArray[np.uint8]


class Ink(Enum):
    """What pixels are made of; the value is how many samples each has."""

    GREY = 1
    COLOUR = 3
    TRANSPARENT = 4


@dataclass(frozen=True)
class Drawing:
    """A drawn page, or a part of one.

    Attributes:
        pixels: Height × width × samples: grey, red-green-blue, or red-green-blue-alpha.
        dpi: Its resolution, which is lower than was asked for where the page would have had too many pixels.
        picture_share: Part of the page that its pictures cover, 0 to 1; 0 where that was not asked for.
    """

    pixels: Pixels
    dpi: float
    picture_share: float = 0.0


class DrawnDocument:
    """A document opened for drawing."""

    def __init__(self, document: Any, user_units: Sequence[float], pixels: PixelBudget) -> None:
        self._document = document
        self._pixels = pixels
        self._user_units = user_units

    @property
    def page_count(self) -> int:
        return len(self._document)

    def page_size(self, page_index: int) -> tuple[float, float]:
        """Width and height of a page as shown, in points."""
        unit = self._user_units[page_index]
        width, height = self._document.get_page_size(page_index)
        return width * unit, height * unit

    def text(self, page_index: int) -> str:
        """The text of a page, in the order of its content stream."""
        page = self._document[page_index]
        try:
            return str(page.get_textpage().get_text_range())
        finally:
            page.close()

    def draw(self, page_index: int, *, dpi: float, max_pixels: int) -> GreyImage:
        """A page as grey pixels, height × width, annotations and form fields included.

        The size is computed before anything is drawn: a page may claim to be kilometres wide.

        Args:
            dpi: Wanted resolution; lower where the page would have more than ``max_pixels`` or the budget allows.

        Raises:
            DamagedInput: The page has no size.
            TooManyPixels: The budget is used up.
        """
        page = self._document[page_index]
        try:
            scale = self._scale(page.get_size(), dpi, min(max_pixels, self._pixels.page_pixels))
            bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True)
            pixels_array: GreyImage = np.array(bitmap.to_numpy(), dtype=np.uint8)
            return pixels_array.reshape(pixels_array.shape[0], pixels_array.shape[1])
        finally:
            page.close()

    def draw_in(
        self,
        page_index: int,
        ink: Ink,
        *,
        dpi: float,
        part: tuple[float, float, float, float] | None = None,
        without: Collection[Painted] = (),
        with_share: bool = False,
    ) -> Drawing:
        """A page as a reader sees it, annotations and form fields included.

        Args:
            dpi: Wanted resolution; lower where the page would have more pixels than the budget allows for one.
            part: Left, top, right, bottom of what is drawn, in points from the top left; None for all.
            without: What is left out, in form XObjects as well; annotations then are, too.
            with_share: Whether to find out what part of the page pictures cover.

        Raises:
            DamagedInput: The page has no size.
            TooManyPixels: The budget is used up.
        """
        page = self._document[page_index]
        try:
            unit = self._user_units[page_index]
            width, height = page.get_size()
            left, top, right, bottom = (edge / unit for edge in part) if part else (0.0, 0.0, width, height)
            scale = self._scale((right - left, bottom - top), dpi * unit, self._pixels.page_pixels)
            if without:
                hide(page, without)
            bitmap = page.render(
                scale=scale,
                draw_annots=not without,
                crop=(max(left, 0), max(height - bottom, 0), max(width - right, 0), max(top, 0)),
                may_draw_forms=True,
                grayscale=ink is Ink.GREY,
                rev_byteorder=True,
                fill_color=(255, 255, 255, 0 if ink is Ink.TRANSPARENT else 255),
            )
            drawn = np.array(bitmap.to_numpy(), dtype=np.uint8)
            pixels = drawn.reshape(drawn.shape[0], drawn.shape[1], ink.value)
            pictures = read_pictures(page, PageGeometry.of(page, 1.0)) if with_share else ()
            return Drawing(pixels, scale * 72 / unit, picture_share(pictures, (width, height)))
        finally:
            page.close()

    def _scale(self, size: tuple[float, float], dpi: float, max_pixels: int) -> float:
        """Pixels for each point (1/72 inch); takes them from the budget."""
        width, height = (max(each, 1.0) for each in size)
        if not (math.isfinite(width) and math.isfinite(height)):
            raise DamagedInput("A page of the file has no size. Print it to a new PDF and send that.")
        scale = min(dpi / 72, math.sqrt(max_pixels / width / height))
        self._pixels.take(math.ceil(width * scale) * math.ceil(height * scale))
        return scale


@contextmanager
def open_drawn(path: Path, user_units: Sequence[float], pixels: PixelBudget | None = None) -> Iterator[DrawnDocument]:
    """Open a document for drawing.

    Args:
        user_units: For each page, the points in a unit of its user space, see `pdfmill.engines.pikepdf`.
        pixels: What the attempt may still draw; ``ctx.pixels``. By default the document has a budget of its own.

    Raises:
        DamagedInput: PDFium cannot read it, or counts other pages.
    """
    with open_document(path, len(user_units), forms=True) as document:
        yield DrawnDocument(document, user_units, pixels or PixelBudget(Limits()))
