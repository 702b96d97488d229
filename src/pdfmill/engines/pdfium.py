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

GreyImage = npt.NDArray[np.uint8]


class DrawnDocument:
    """A document opened for drawing."""

    def __init__(self, document: Any) -> None:
        self._document = document

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
            dpi: Wanted resolution; lower where the page would have more than ``max_pixels``.
        """
        page = self._document[page_index]
        try:
            width, height = page.get_size()
            scale = dpi / 72
            pixels = max(width, 1) * max(height, 1) * scale * scale
            if pixels > max_pixels:
                scale *= math.sqrt(max_pixels / pixels)
            bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True)
            pixels_array: GreyImage = np.array(bitmap.to_numpy(), dtype=np.uint8)
            return pixels_array.reshape(pixels_array.shape[0], pixels_array.shape[1])
        finally:
            page.close()


@contextmanager
def open_drawn(path: Path) -> Iterator[DrawnDocument]:
    """Open a document for drawing.

    Raises:
        DamagedInput: PDFium cannot read it.
    """
    try:
        document = pypdfium2.PdfDocument(path)
        document.init_forms()
    except pypdfium2.PdfiumError as error:
        raise DamagedInput("The pages of the file cannot be drawn. Print it to a new PDF and send that.") from error
    try:
        yield DrawnDocument(document)
    except pypdfium2.PdfiumError as error:
        raise DamagedInput("A page of the file cannot be drawn. Print it to a new PDF and send that.") from error
    finally:
        document.close()
