"""The pictures of a page as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.engines.pdfium import Ink, open_drawn
from pdfmill.engines.pillow import encode_image
from pdfmill.services.conversion.png import PngEffort, encode_png
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Page, Picture

_DPI = 150
_QUALITY = 85

#: Draws a picture of a page: media type and file.
Drawer = Callable[[Page, Picture], tuple[str, bytes]]


@contextmanager
def picture_drawer(source: Path, units: Sequence[float], ctx: Context) -> Iterator[Drawer]:
    """Draws pictures as they show on the page, in the smaller of PNG and JPEG."""
    with open_drawn(source, ctx.pixels, units) as document:

        def draw(page: Page, picture: Picture) -> tuple[str, bytes]:
            width, height = (page.height, page.width) if page.turned in (90, 270) else (page.width, page.height)
            box = Frame(page.turned, width, height).turn_block(picture).box
            drawn = document.draw_in(page.number - 1, Ink.COLOUR, dpi=_DPI, part=box)
            pixels = np.ascontiguousarray(np.rot90(drawn.pixels, page.turned // 90))
            png = encode_png(pixels, dpi=drawn.dpi, effort=PngEffort.SMALL)
            jpeg = encode_image(pixels, MediaType.JPEG, quality=_QUALITY, dpi=drawn.dpi)
            return min((MediaType.PNG.value, png), (MediaType.JPEG.value, jpeg), key=lambda each: len(each[1]))

        yield draw
