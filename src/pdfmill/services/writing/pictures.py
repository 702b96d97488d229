"""The pictures of a page as files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.engines.pdfium import DrawnDocument, Ink, Painted, Pixels, open_drawn
from pdfmill.engines.pillow import encode_image
from pdfmill.services.conversion.png import PngEffort, encode_png
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Block, Box, Page, Picture
from pdfmill.services.layout.service import LayoutDocument

_DPI = 150
_SKETCH_DPI = 30
_QUALITY = 85

#: Grey from which on everything on a page is white paper.
_WHITE = 252


class PictureDrawer:
    """Draws what is looked at on pages, as PNG or JPEG files."""

    def __init__(self, document: DrawnDocument) -> None:
        self._document = document

    def __call__(self, page: Page, picture: Picture) -> tuple[str, bytes]:
        """A picture as it shows on the page, in the smaller of PNG and JPEG: media type and file."""
        without = (Painted.TEXT,) if picture.source == "background" else ()
        return _encoded(*self._drawn(page, picture.box, without))

    def background(self, page: Page) -> tuple[str, bytes] | None:
        """A page without its text and images; None if nothing is left."""
        box = Box(0, 0, page.width, page.height)
        without = (Painted.TEXT, Painted.IMAGES)
        sketch, _ = self._drawn(page, box, without, dpi=_SKETCH_DPI)  # most pages have nothing there
        return None if sketch.min() >= _WHITE else _encoded(*self._drawn(page, box, without))

    def _drawn(self, page: Page, box: Box, without: Collection[Painted], dpi: float = _DPI) -> tuple[Pixels, float]:
        width, height = (page.height, page.width) if page.turned in (90, 270) else (page.width, page.height)
        part = Frame(page.turned, width, height).turn_block(Picture(box)).box
        drawn = self._document.draw_in(page.number - 1, Ink.COLOUR, dpi=dpi, part=part, without=without)
        return np.ascontiguousarray(np.rot90(drawn.pixels, page.turned // 90)), drawn.dpi


def without_text(blocks: Iterable[Block]) -> list[Picture]:
    """The pictures among some blocks, from the one furthest behind to the foremost, for their labels to be text."""
    found = [block for block in blocks if isinstance(block, Picture)]
    found = [each if each.source == "image" else replace(each, source="background") for each in found]
    return sorted(found, key=lambda each: each.source == "image")


def _encoded(pixels: Pixels, dpi: float) -> tuple[str, bytes]:
    png = encode_png(pixels, dpi=dpi, effort=PngEffort.SMALL)
    jpeg = encode_image(pixels, MediaType.JPEG, quality=_QUALITY, dpi=dpi)
    return min((MediaType.PNG.value, png), (MediaType.JPEG.value, jpeg), key=lambda each: len(each[1]))


@contextmanager
def picture_drawer(document: LayoutDocument, ctx: Context) -> Iterator[PictureDrawer]:
    """Draws pictures of a document within what the attempt may draw."""
    with open_drawn(document.path, document.user_units, ctx.pixels) as drawn:
        yield PictureDrawer(drawn)
