"""Drawing pages and reading their text, by PDFium."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2

from pdfmill.core.errors import DamagedInput
from pdfmill.core.limits import Limits, PixelBudget

GreyImage = npt.NDArray[np.uint8]


class DrawnDocument:
    """A document opened for drawing."""

    def __init__(self, document: Any, pixels: PixelBudget) -> None:
        self._document = document
        self._pixels = pixels

    @property
    def page_count(self) -> int:
        return len(self._document)

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

    def _scale(self, size: tuple[float, float], dpi: float, max_pixels: int) -> float:
        """Pixels for each point (1/72 inch); takes them from the budget."""
        width, height = (max(each, 1.0) for each in size)
        if not (math.isfinite(width) and math.isfinite(height)):
            raise DamagedInput("A page of the file has no size. Print it to a new PDF and send that.")
        scale = min(dpi / 72, math.sqrt(max_pixels / width / height))
        self._pixels.take(math.ceil(width * scale) * math.ceil(height * scale))
        return scale


@contextmanager
def open_drawn(path: Path, pixels: PixelBudget | None = None) -> Iterator[DrawnDocument]:
    """Open a document for drawing.

    Args:
        pixels: What the attempt may still draw; ``ctx.pixels``. By default the document has a budget of its own.

    Raises:
        DamagedInput: PDFium cannot read it.
    """
    try:
        document = pypdfium2.PdfDocument(path)
        document.init_forms()
    except pypdfium2.PdfiumError as error:
        raise DamagedInput("The pages of the file cannot be drawn. Print it to a new PDF and send that.") from error
    try:
        yield DrawnDocument(document, pixels or PixelBudget(Limits()))
    except pypdfium2.PdfiumError as error:
        raise DamagedInput("A page of the file cannot be drawn. Print it to a new PDF and send that.") from error
    finally:
        document.close()
